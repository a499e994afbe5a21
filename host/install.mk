# `make install`: the line on a Debian host, every file under DESTDIR. host/README.md tells the rest.
# Releases lie side by side in /opt/ivr, and `current` names the one that is started next.

VERSION ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
DESTDIR ?=
RELEASES = $(DESTDIR)/opt/ivr
RELEASE = $(RELEASES)/$(VERSION)
LOOK = $(RELEASE)/venv/bin/python

.PHONY: install install-files install-venv install-current

install: install-files install-venv install-current

install-files:
	@if [ -e $(RELEASE) ]; then \
	    echo "$(RELEASE) is there: remove it if nothing runs from it, or set VERSION=…" >&2; exit 1; fi
	install -d $(RELEASE)/docker
	cp -R ivr sql dialplan config host docs $(RELEASE)
	cp -R docker/controller $(RELEASE)/docker
	find $(RELEASE) -name __pycache__ -prune -exec rm -r {} +
	chmod -R u=rwX,go=rX $(RELEASE)
	install -D -m 0755 host/ivr $(DESTDIR)/usr/bin/ivr
	install -D -m 0644 -t $(DESTDIR)/usr/lib/systemd/system host/systemd/*
	install -D -m 0644 host/sysusers.conf $(DESTDIR)/usr/lib/sysusers.d/ivr.conf
	install -D -m 0644 host/tmpfiles.conf $(DESTDIR)/usr/lib/tmpfiles.d/ivr.conf
	install -d -m 0750 $(DESTDIR)/etc/ivr $(DESTDIR)/etc/ivr/secrets
	for file in config/*.yaml host/ivr.env; do \
	    [ -e $(DESTDIR)/etc/ivr/$${file##*/} ] || install -m 0640 $$file $(DESTDIR)/etc/ivr; done

install-venv:
	$(PYTHON) -m venv $(RELEASE)/venv
	$(LOOK) -m pip install -q --no-cache-dir --require-hashes -r requirements-build.lock
	$(LOOK) -m pip install -q --no-cache-dir --require-hashes --no-build-isolation --use-pep517 \
	    -r requirements-run.lock
	$(LOOK) -c 'import site; open(site.getsitepackages()[0] + "/ivr.pth", "w").write("../../../..\n")'
	$(LOOK) -P -m compileall -q $(RELEASE)/ivr

# In one step: whoever starts at that moment starts the one or the other.
install-current:
	ln -sfn $(VERSION) $(RELEASES)/current.new
	mv -T $(RELEASES)/current.new $(RELEASES)/current
