"""What Streamlit tells of the run at hand: where one run of the script ends, and its theme."""
