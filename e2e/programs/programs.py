"""Programs that speak to S3, from Debian's packages: found, installed where this process may do so, run. Not a test."""

import functools
import os
import shutil
import subprocess

import pytest

# Program: Debian's package that brings it.
PACKAGES = {"rclone": "rclone", "s3cmd": "s3cmd", "restic": "restic", "chromium": "chromium"}


@functools.lru_cache(maxsize=None)
def install():
    """Installs all programs that are missing, once, as root with apt-get at hand; says why it didn't, if it didn't."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not missing:
        return None
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return "only root with apt-get installs it"
    print("installing", *missing)
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for words in (["update"], ["install", "--yes", "--no-install-recommends"] + missing):
        done = subprocess.run(["apt-get", "--quiet"] + words, env=env, capture_output=True, text=True, timeout=900)
        if done.returncode != 0:
            return "apt-get %s failed: %s" % (words[0], done.stderr.strip()[-300:])
    return None


def path_of(program):
    """Where a program is; a test that needs it is passed over where it can't be had."""
    found = shutil.which(program)
    why = None if found else install() if program in PACKAGES else "it has to be installed by hand"
    found = found or shutil.which(program)
    if not found:
        pytest.skip("passed over: no %s (%s)" % (program, why))
    return found


def run(words, env, code=0, timeout=300, **how):
    """Runs a program with nothing of this process's environment but where things are; answers what it printed."""
    kept = {k: os.environ[k] for k in ("PATH", "LANG", "SSL_CERT_DIR", "TMPDIR") if k in os.environ}
    done = subprocess.run([str(w) for w in words], env={**kept, **env}, capture_output=True, timeout=timeout, **how)
    out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    assert done.returncode == code, (words, done.returncode, out[-3000:], err[-3000:])
    return out if code == 0 else out + err
