"""Terraform with its state in S3, locked by a file beside it (`use_lockfile`), as a user whom IAM lets use one bucket."""

import json

import pytest

from programs import path_of, run
from table import REGION

CONFIGURATION = """
terraform {
  backend "s3" {
    bucket         = "%(bucket)s"
    key            = "team/state"
    region         = "%(region)s"
    use_path_style = true
    use_lockfile   = true
    encrypt        = true
    max_retries    = 1
    endpoints      = { s3 = "%(url)s", sts = "%(url)s", iam = "%(url)s" }
  }
}
variable "value" {}
resource "terraform_data" "x" { input = var.value }
output "x" { value = terraform_data.x.output }
"""
LOCK = {"ID": "5f3c1b8e-0000-4000-8000-000000000001", "Operation": "OperationTypeApply", "Info": "", "Who": "someone@else",
        "Version": "1.11.4", "Created": "2026-01-01T00:00:00Z", "Path": ""}


@pytest.fixture
def terraform(owner, tmp_path):
    program = path_of("terraform")
    (tmp_path / "rc").write_text("")
    (tmp_path / "main.tf").write_text(CONFIGURATION % {"bucket": owner.bucket, "region": REGION, "url": owner.table.url})
    env = {**owner.environment(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "rc"), "TF_IN_AUTOMATION": "1",
           "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
    return lambda *words, value="one", **how: run([program, *words], {**env, "TF_VAR_value": value}, cwd=tmp_path, **how)


def test_state_and_lock(owner, terraform):
    owner.s3.create_bucket(Bucket=owner.bucket)
    owner.s3.put_bucket_versioning(Bucket=owner.bucket, VersioningConfiguration={"Status": "Enabled"})
    terraform("init", "-no-color")
    terraform("apply", "-auto-approve", "-no-color")
    assert json.loads(terraform("output", "-json"))["x"]["value"] == "one"
    terraform("apply", "-auto-approve", "-no-color", value="two")
    state = json.loads(owner.s3.get_object(Bucket=owner.bucket, Key="team/state")["Body"].read())
    assert (state["serial"], state["outputs"]["x"]["value"]) == (2, "two")
    versions = owner.s3.list_object_versions(Bucket=owner.bucket)
    assert [v["Key"] for v in versions["Versions"]].count("team/state") == 2
    # Each run took the lock and let it go.
    locks = [m for m in versions["DeleteMarkers"] if m["Key"] == "team/state.tflock" and m["IsLatest"]]
    assert len(locks) == 1
    lock = json.dumps({**LOCK, "Path": owner.bucket + "/team/state"}).encode()
    owner.s3.put_object(Bucket=owner.bucket, Key="team/state.tflock", Body=lock)
    told = terraform("apply", "-auto-approve", "-no-color", value="three", code=1)
    assert "Error acquiring the state lock" in told and "PreconditionFailed" in told and "someone@else" in told
    terraform("force-unlock", "-force", LOCK["ID"])
    terraform("destroy", "-auto-approve", "-no-color")
    assert terraform("state", "list").strip() == ""


def test_a_bucket_that_is_someone_elses(owner, terraform):
    told = terraform("init", "-no-color", "-backend-config=bucket=" + owner.other, code=1)
    assert "403" in told, told
