#!/usr/bin/env python3
"""Converts botocore's protocol test vectors into this folder's files, one a protocol, one case a line.

Run `python3 generate.py` (downloads the pinned source archive with pip) or `python3 generate.py ARCHIVE`.
The files are the input of tests/it/vectors.rs. NOTICE says where the data come from.
"""

import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

VERSION = "1.44.5"
SHA256 = "a988f39e3a4484def0b8010f41128f71157da0515a4804fccce4739aa8f216da"
HERE = pathlib.Path(__file__).parent
PREFIX = f"botocore-{VERSION}/tests/unit/protocols/"
DROPPED = {"documentation", "box", "clientEndpoint"}
METADATA = ("jsonVersion", "targetPrefix", "awsQueryCompatible", "apiVersion")


def archive() -> pathlib.Path:
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1])
    folder = tempfile.mkdtemp()
    command = [sys.executable, "-m", "pip", "download", "-q", f"botocore=={VERSION}"]
    subprocess.run(command + ["--no-binary", ":all:", "--no-deps", "-d", folder], check=True)
    return pathlib.Path(folder) / f"botocore-{VERSION}.tar.gz"


def without_docs(value):
    if isinstance(value, dict):
        return {k: without_docs(v) for k, v in value.items() if k not in DROPPED}
    if isinstance(value, list):
        return [without_docs(v) for v in value]
    return value


def shape(name, known):
    """A shape with the name of its kind first; empty facts are left out."""
    facts = dict(known[name])
    return {"kind": facts.pop("type"), **facts}


def used(names, known):
    """The shapes that a case needs, and those that these need."""
    found, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name not in known:
            continue
        found[name] = shape(name, known)
        parts = list(found[name].get("members", {}).values())
        parts += [found[name][part] for part in ("member", "key", "value") if part in found[name]]
        waiting += [part["shape"] for part in parts]
    return dict(sorted(found.items()))


def operation(given, direction, known):
    """Facts of the operation; the shapes come with each case, so that a line stands by itself."""
    http = given["http"]
    facts = {
        "name": given["name"],
        "http": [http.get("method", "POST"), http.get("requestUri", "/"), http.get("responseCode", 200)],
    }
    for part in ("input", "output"):
        if part in given:
            facts[part] = given[part]
    errors = [e["shape"] for e in given.get("errors", [])]
    if errors:
        facts["errors"] = errors
    wanted = [facts[part]["shape"] for part in ("input", "output") if part in facts] + errors
    return facts, used(wanted, known)


def request(serialized):
    path, _, query = serialized["uri"].partition("?")
    return {
        "method": serialized["method"],
        "path": path,
        "query": query,
        "headers": serialized.get("headers", {}),
        "body": serialized.get("body", ""),
    }


def case(suite, one):
    direction = "input" if "serialized" in one else "output"
    op, shapes = operation(one["given"], direction, suite["shapes"])
    metadata = {k: suite["metadata"][k] for k in METADATA if k in suite["metadata"]}
    line = {"id": one["id"], "direction": direction, "service": metadata, "operation": op, "shapes": shapes}
    if direction == "input":
        return {**line, "request": request(one["serialized"]), "value": one["params"]}
    answer = one["response"]
    line["reply"] = {
        "status": answer["status_code"],
        "headers": answer.get("headers", {}),
        "body": answer.get("body"),
    }
    if "error" in one:
        fault = {"code": one["errorCode"], "message": one.get("errorMessage"), "members": one["error"]}
        return {**line, "fault": fault}
    return {**line, "value": one["result"]}


def main():
    path = archive()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{path}: SHA-256 is {digest}, not {SHA256}")
    protocols = {}
    with tarfile.open(path) as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            name = member.name.removeprefix(PREFIX)
            if name == member.name or not name.startswith(("input/", "output/")):
                continue
            suites = json.load(tar.extractfile(member))
            cases = protocols.setdefault(name.split("/")[1].removesuffix(".json"), [])
            cases += [case(without_docs(suite), one) for suite in suites for one in without_docs(suite["cases"])]
    for protocol, cases in protocols.items():
        lines = [json.dumps(c, separators=(",", ":"), ensure_ascii=False) for c in cases]
        (HERE / f"{protocol}.jsonl").write_text("\n".join(lines) + "\n" if lines else "")
        print(protocol, len(cases))


if __name__ == "__main__":
    main()
