"""Telephones: a citizen's and a counsellor's, on real SIP, for the command line and the tests."""
