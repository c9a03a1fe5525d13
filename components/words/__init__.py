"""Words: the reader's language, and numbers, money, rates and days as text."""
