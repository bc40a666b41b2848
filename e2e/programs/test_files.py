"""Programs that keep files in S3: rclone, s3cmd, restic, s3fs, each as a user whom IAM lets use one bucket, over HTTP and TLS
(restic, which takes its time, over TLS alone)."""

import json
import urllib.parse

import pytest

from conftest import content
from programs import path_of, run
from table import REGION

MIB = 1024 * 1024


def keys_in(owner, prefix=""):
    pages = owner.s3.get_paginator("list_objects_v2").paginate(Bucket=owner.bucket, Prefix=prefix)
    return {o["Key"] for page in pages for o in page.get("Contents", [])}


def body_of(owner, key):
    return owner.s3.get_object(Bucket=owner.bucket, Key=key)["Body"].read()


@pytest.fixture
def rclone(owner, tmp_path):
    program, remote = path_of("rclone"), "RCLONE_CONFIG_T_"
    env = {remote + "TYPE": "s3", remote + "PROVIDER": "Other", remote + "ACCESS_KEY_ID": owner.key,
           remote + "SECRET_ACCESS_KEY": owner.secret, remote + "REGION": REGION, remote + "ENDPOINT": owner.table.url,
           remote + "FORCE_PATH_STYLE": "true", "HOME": str(tmp_path),
           # This version always sends an ACL, and buckets take no other since 2023.
           remote + "ACL": "bucket-owner-full-control"}
    flags = ["--config", "", "--retries", "1", "--low-level-retries", "1", "--s3-chunk-size", "5M",
             "--s3-upload-cutoff", "5M"] + (["--ca-cert", owner.table.ca] if owner.table.ca else [])
    return lambda *words, **how: run([program, *flags, *words], env, **how)


def test_rclone(owner, rclone, tree, tmp_path):
    there = "T:%s/copy" % owner.bucket
    rclone("mkdir", "T:" + owner.bucket)
    rclone("sync", tree, there)
    assert keys_in(owner) == {"copy/" + name for name in content(tree)}
    assert owner.s3.head_object(Bucket=owner.bucket, Key="copy/deep/er/big")["ETag"].endswith('-3"')
    rclone("check", "--download", tree, there)
    rclone("check", tree, there)
    (tree / "a.txt").write_text("changed")
    (tree / "empty").unlink()
    rclone("check", tree, there, code=1)
    rclone("sync", tree, there)
    rclone("copy", there, tmp_path / "back")
    assert content(tmp_path / "back") == content(tree)
    # Within S3: copied by the server, the large one part by part.
    rclone("--s3-copy-cutoff", "5M", "copy", there, "T:%s/again" % owner.bucket)
    assert body_of(owner, "again/deep/er/big") == (tree / "deep/er/big").read_bytes()
    rclone("rcat", there + "/stream", input=b"s" * (6 * MIB))
    listed = {e["Path"]: e["Size"] for e in json.loads(rclone("lsjson", "--recursive", "--files-only", there))}
    assert listed == {**{name: len(data) for name, data in content(tree).items()}, "stream": 6 * MIB}
    link = rclone("link", "--expire", "1h", there + "/a.txt").strip()
    parts = urllib.parse.urlsplit(link)
    assert owner.table.send("GET", parts.path + "?" + parts.query)[::2] == (200, b"changed")
    assert "AccessDenied" in rclone("copy", tree, "T:" + owner.other, code=1)
    rclone("purge", "T:" + owner.bucket)
    assert owner.bucket not in [b["Name"] for b in owner.s3.list_buckets()["Buckets"]]


@pytest.fixture
def s3cmd(owner, tmp_path):
    program, config = path_of("s3cmd"), tmp_path / "s3cfg"
    host = owner.table.host
    settings = {"access_key": owner.key, "secret_key": owner.secret, "host_base": host, "host_bucket": host,
                "use_https": str(owner.table.tls), "ca_certs_file": owner.table.ca or "", "bucket_location": REGION,
                "multipart_chunk_size_mb": 5, "max_retries": 1, "progress_meter": False}
    config.write_text("[default]\n" + "".join("%s = %s\n" % pair for pair in settings.items()))
    return lambda *words, **how: run([program, "--config", config, *words], {"HOME": str(tmp_path)}, **how)


def test_s3cmd(owner, s3cmd, tree, tmp_path):
    there = "s3://%s/" % owner.bucket
    s3cmd("mb", there)
    s3cmd("sync", "%s/" % tree, there + "copy/")
    assert keys_in(owner) == {"copy/" + name for name in content(tree)}
    s3cmd("put", "--add-header=x-amz-meta-a:b", "--mime-type=text/x-own", tree / "a.txt", there + "one")
    head = owner.s3.head_object(Bucket=owner.bucket, Key="one")
    assert (head["Metadata"]["a"], head["ContentType"]) == ("b", "text/x-own")
    (tmp_path / "back").mkdir()
    s3cmd("sync", there + "copy/", "%s/" % (tmp_path / "back"))
    assert content(tmp_path / "back") == content(tree)
    # Copying, this version sets an ACL, which buckets don't take unless they are told to.
    assert "AccessControlListNotSupported" in s3cmd("cp", there + "copy/empty", there + "cöpied", code=1)
    owner.s3.put_bucket_ownership_controls(
        Bucket=owner.bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3cmd("cp", there + "copy/sub/b c.bin", there + "cöpied")
    assert body_of(owner, "cöpied") == (tree / "sub/b c.bin").read_bytes()
    s3cmd("mv", there + "one", there + "moved")
    assert {"cöpied", "moved"} <= keys_in(owner) and "one" not in keys_in(owner)
    assert "text/x-own" in s3cmd("info", there + "moved")
    s3cmd("info", there)
    listed = s3cmd("ls", "--recursive", there)
    assert "12582917" in listed and there + "copy/deep/er/big" in listed
    assert "DIR" in s3cmd("ls", there)
    s3cmd("expire", "--expiry-days=3", "--expiry-prefix=old/", there)
    (rule,) = owner.s3.get_bucket_lifecycle_configuration(Bucket=owner.bucket)["Rules"]
    assert rule["Expiration"] == {"Days": 3}
    s3cmd("dellifecycle", there)
    begun = owner.s3.create_multipart_upload(Bucket=owner.bucket, Key="half")["UploadId"]
    assert begun in s3cmd("multipart", there)
    s3cmd("abortmp", there + "half", begun)
    assert "Uploads" not in owner.s3.list_multipart_uploads(Bucket=owner.bucket)
    link = urllib.parse.urlsplit(s3cmd("signurl", there + "moved", "+60").strip())
    assert owner.table.send("GET", link.path + "?" + link.query)[0] == 200
    assert "403" in s3cmd("put", tree / "a.txt", "s3://%s/x" % owner.other, code=77)
    s3cmd("del", "--recursive", "--force", there)
    assert keys_in(owner) == set()


@pytest.fixture
def restic(owner, tmp_path):
    program = path_of("restic")
    env = {**owner.environment(tmp_path), "RESTIC_REPOSITORY": "s3:%s/%s/repo" % (owner.table.url, owner.bucket),
           "RESTIC_PASSWORD": "secret", "RESTIC_CACHE_DIR": str(tmp_path / "cache")}
    flags = ["--cacert", owner.table.ca] if owner.table.ca else []
    return lambda *words, **how: run([program, *flags, *words], env, **how)


@pytest.mark.parametrize("table", ["https"], indirect=True)
def test_restic(owner, restic, tree, tmp_path):
    restic("init")
    restic("backup", "tree", cwd=tmp_path)
    first = content(tree)
    (tree / "a.txt").write_text("changed")
    (tree / "new").write_bytes(b"n" * 3 * MIB)
    restic("backup", "tree", cwd=tmp_path)
    snapshots = [s["short_id"] for s in json.loads(restic("snapshots", "--json"))]
    assert len(snapshots) == 2
    restic("check", "--read-data")
    for snapshot, wanted in zip(snapshots, (first, content(tree))):
        restic("restore", snapshot, "--target", tmp_path / snapshot)
        assert content(tmp_path / snapshot / "tree") == wanted
    restic("forget", "--keep-last", "1", "--prune")
    restic("check", "--read-data")
    restic("restore", "latest", "--target", tmp_path / "last")
    assert content(tmp_path / "last/tree") == content(tree)
    # A byte that a thief of disks changed: restic sees it, and so it would with S3 itself.
    pack = max(owner.s3.list_objects_v2(Bucket=owner.bucket, Prefix="repo/data/")["Contents"], key=lambda o: o["Size"])
    data = bytearray(body_of(owner, pack["Key"]))
    data[len(data) // 2] ^= 1
    owner.s3.put_object(Bucket=owner.bucket, Key=pack["Key"], Body=bytes(data))
    restic("check", "--read-data", code=1)


@pytest.fixture
def files(owner):
    s3fs = pytest.importorskip("s3fs")
    how = {"endpoint_url": owner.table.url, "verify": owner.table.ca}
    return s3fs.S3FileSystem(key=owner.key, secret=owner.secret, client_kwargs=how, skip_instance_cache=True,
                             use_listings_cache=False, version_aware=False)


def test_s3fs(owner, files, tree, tmp_path):
    files.mkdir(owner.bucket)
    there = owner.bucket + "/copy"
    files.put(str(tree) + "/", there, recursive=True)
    assert keys_in(owner) == {"copy/" + name for name in content(tree)}
    assert set(files.find(there)) == {there + "/" + name for name in content(tree)}
    assert files.du(there) == sum(map(len, content(tree).values()))
    with files.open(there + "/deep/er/big", "rb", block_size=MIB) as f:
        f.seek(5 * MIB - 3)
        assert f.read(7) == (tree / "deep/er/big").read_bytes()[5 * MIB - 3:5 * MIB + 4]
    with files.open(there + "/written", "wb", block_size=5 * MIB) as f:
        for n in range(11):
            f.write(bytes([n]) * MIB)
    assert owner.s3.head_object(Bucket=owner.bucket, Key="copy/written")["ETag"].endswith('-3"')
    assert files.cat_ranges([there + "/written"], [10 * MIB - 1], [10 * MIB + 1]) == [b"\x09\x0a"]
    files.mv(there + "/sub/b c.bin", there + "/möved")
    assert files.cat(there + "/möved") == (tree / "sub/b c.bin").read_bytes()
    assert not files.exists(there + "/sub/b c.bin") and files.isdir(there + "/sub") and files.isfile(there + "/möved")
    files.pipe({there + "/many/%d" % n: b"%d" % n for n in range(30)})
    assert files.cat(files.find(there + "/many"))[there + "/many/7"] == b"7"
    assert len(files.glob(there + "/many/1*")) == 11
    files.get(there + "/deep", str(tmp_path / "back"), recursive=True)
    assert content(tmp_path / "back")["er/big"] == (tree / "deep/er/big").read_bytes()
    files.setxattr(there + "/möved", copy_kwargs={}, colour="blue")
    assert files.getxattr(there + "/möved", "colour") == "blue"
    files.put_tags(there + "/möved", {"a": "b"})
    assert files.get_tags(there + "/möved") == {"a": "b"}
    with pytest.raises(FileNotFoundError):
        files.cat(there + "/nothing")
    with pytest.raises(PermissionError):
        files.pipe(owner.other + "/x", b"x")
    files.rm(owner.bucket, recursive=True)
    assert owner.bucket not in [b["Name"] for b in owner.s3.list_buckets()["Buckets"]]
