"""The renewal and referral screen: who will go on, who adds a subject, and who brings others."""
