//! Fetches the pinned botocore wheel and reads service models and paginators out of it. Python unpacks it (it is needed for
//! pip anyway) and checks its SHA-256; nothing else of botocore is looked at.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Outcome, root};

/// The version whose facts we hold; models/NOTICE names it too.
const VERSION: &str = "1.44.5";
const SHA256: &str = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921";

/// One service as botocore describes it.
pub struct Source {
    /// Folder name.
    pub id: String,
    /// `service-2.json` of the newest API version.
    pub service: Value,
    /// `pagination` of `paginators-1.json`; null where there is none.
    pub paginators: Value,
}

/// Checks the digest, then prints one line of JSON per service: id, model of the newest version, paginators.
const UNPACK: &str = r#"
import gzip, hashlib, json, sys, zipfile
wheel, digest, ids = sys.argv[1], sys.argv[2], sys.argv[3:]
if hashlib.sha256(open(wheel, "rb").read()).hexdigest() != digest:
    sys.exit(wheel + ": not the pinned wheel (SHA-256 differs)")
files = zipfile.ZipFile(wheel)
names = set(files.namelist())
def read(path):
    if path + ".gz" in names:
        return json.loads(gzip.decompress(files.read(path + ".gz")))
    return json.loads(files.read(path)) if path in names else None
for service in ids:
    base = "botocore/data/" + service + "/"
    version = max(n[len(base):].split("/")[0] for n in names if n.startswith(base) and "/service-2.json" in n)
    paginators = read(base + version + "/paginators-1.json") or {}
    line = {"id": service, "service": read(base + version + "/service-2.json"), "paginators": paginators.get("pagination")}
    print(json.dumps(line, separators=(",", ":")))
"#;

/// Downloads the pinned wheel with pip into `target/botocore`, unless it is there.
pub fn download() -> Outcome<PathBuf> {
    let folder = root().join("target/botocore");
    let wheel = folder.join(format!("botocore-{VERSION}-py3-none-any.whl"));
    if wheel.exists() {
        return Ok(wheel);
    }
    let pin = format!("botocore=={VERSION}");
    let args = ["-m", "pip", "download", &pin, "--no-deps", "--only-binary=:all:", "--dest"];
    let status = Command::new("python3").args(args).arg(&folder).status();
    match status {
        Ok(s) if s.success() => Ok(wheel),
        Ok(s) => Err(format!("pip download {pin}: {s}")),
        Err(e) => Err(format!("python3: {e}")),
    }
}

/// Reads the models of the services named.
pub fn read(wheel: &Path, ids: &[&str]) -> Outcome<Vec<Source>> {
    let out = Command::new("python3").args(["-c", UNPACK]).arg(wheel).arg(SHA256).args(ids).output();
    let out = out.map_err(|e| format!("python3: {e}"))?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned());
    }
    let text = String::from_utf8(out.stdout).map_err(|e| e.to_string())?;
    text.lines().map(source).collect()
}

fn source(line: &str) -> Outcome<Source> {
    let mut v: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let id = v["id"].as_str().ok_or("a line without id")?.to_owned();
    Ok(Source { id, service: v["service"].take(), paginators: v["paginators"].take() })
}
