"""Everything drawn or asked: words, questions, parts, screens and the frame around them."""
