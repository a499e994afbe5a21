# `make test-images`: the images build, and the stack serves a call over SIP; skipped by name where
# neither a Docker engine nor podman is at hand.

.PHONY: test-images

test-images: setup
	@$(BIN)/python -m pytest -q -n 0 --basetemp var/pytest-images -p no:cacheprovider \
	    tests/images/stack.py
