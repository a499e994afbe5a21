"""Neuvontalinja: a bilingual telephone guidance line on Asterisk."""
