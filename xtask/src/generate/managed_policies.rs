//! AWS managed policies → facts/managed-policies.bin. The facts are read out of the pinned moto wheel, which collects
//! what IAM's API answers; nothing else of moto is looked at. Python unpacks it and checks its SHA-256.
//!
//! Layout, little-endian: `TTMP`, version 1 (u32), number of blocks (u32), length of the list (u32); for each block the
//! length of its bytes (u32), the length of its first name (u16) and that name; then the list and the blocks, each
//! compressed (zlib). Inflated, all are lines: path and name, id, default version, creation and update in milliseconds
//! since the epoch, and in blocks the document, with tabs between, in order of the first. `directory::managed` reads it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::write;
use crate::{Outcome, root};

/// The version whose facts we hold; facts/NOTICE names it too.
const VERSION: &str = "5.2.5";
const SHA256: &str = "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528";
/// A block is closed when its lines have reached this length.
const BLOCK_BYTES: usize = 48 << 10;

/// Checks the digest, then prints one line per policy as blocks have it. Ids are not in moto: they are made from the name.
const UNPACK: &str = r#"
import base64, datetime, hashlib, json, re, sys, zipfile
wheel, digest = sys.argv[1:3]
if hashlib.sha256(open(wheel, "rb").read()).hexdigest() != digest:
    sys.exit(wheel + ": not the pinned wheel (SHA-256 differs)")
source = zipfile.ZipFile(wheel).read("moto/iam/aws_managed_policies.py").decode()
policies = json.loads(re.search('"""(.*)"""', source, re.S).group(1))
order = ["Version", "Id", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition", "Statement"]
def sort(element):
    return {k: element[k] for k in sorted(element, key=lambda k: order.index(k) if k in order else len(order))}
def ms(text):
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)
for name, p in policies.items():
    doc = sort(p["Document"])
    many = doc["Statement"] if isinstance(doc["Statement"], list) else [doc["Statement"]]
    doc["Statement"] = [sort(s) for s in many]
    id = "ANPA" + base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()[:17]
    path = p.get("Path", "/")[1:] + name
    fields = [path, id, p["DefaultVersionId"], ms(p["CreateDate"]), ms(p["UpdateDate"]), json.dumps(doc, separators=(",", ":"))]
    print(*fields, sep="\t")
"#;

/// Reads the wheel and writes the data.
pub fn generate(wheel: Option<PathBuf>) -> Outcome {
    let wheel = match wheel {
        Some(path) => path,
        None => download()?,
    };
    let text = unpack(&wheel)?;
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_by_key(|line| name_of(line));
    let bytes = pack(&lines)?;
    println!("{} AWS managed policies, {} bytes", lines.len(), bytes.len());
    write(&root().join("facts/managed-policies.bin"), &bytes)
}

fn download() -> Outcome<PathBuf> {
    let folder = root().join("target/moto");
    let wheel = folder.join(format!("moto-{VERSION}-py3-none-any.whl"));
    if wheel.exists() {
        return Ok(wheel);
    }
    let pin = format!("moto=={VERSION}");
    let args = ["-m", "pip", "download", &pin, "--no-deps", "--only-binary=:all:", "--dest"];
    match Command::new("python3").args(args).arg(&folder).status() {
        Ok(s) if s.success() => Ok(wheel),
        Ok(s) => Err(format!("pip download {pin}: {s}")),
        Err(e) => Err(format!("python3: {e}")),
    }
}

fn unpack(wheel: &Path) -> Outcome<String> {
    let out = Command::new("python3").args(["-c", UNPACK]).arg(wheel).arg(SHA256).output();
    let out = out.map_err(|e| format!("python3: {e}"))?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned());
    }
    String::from_utf8(out.stdout).map_err(|e| e.to_string())
}

fn name_of(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

fn pack(lines: &[&str]) -> Outcome<Vec<u8>> {
    let mut list = String::new();
    let mut blocks: Vec<(&str, String)> = Vec::new();
    for line in lines {
        let (facts, _document) = line.rsplit_once('\t').ok_or("a line without document")?;
        list.push_str(facts);
        list.push('\n');
        match blocks.last_mut() {
            Some((_, block)) if block.len() < BLOCK_BYTES => block.push_str(line),
            _ => blocks.push((name_of(line), (*line).to_owned())),
        }
        blocks.last_mut().expect("one was just pushed").1.push('\n');
    }
    let list = compressed(&list)?;
    let mut head = b"TTMP".to_vec();
    let mut body = list.clone();
    for n in [1, blocks.len(), list.len()] {
        head.extend_from_slice(&u32::try_from(n).expect("the file is small").to_le_bytes());
    }
    for (first, block) in &blocks {
        let block = compressed(block)?;
        head.extend_from_slice(&u32::try_from(block.len()).expect("a block is small").to_le_bytes());
        head.extend_from_slice(&u16::try_from(first.len()).expect("names are short").to_le_bytes());
        head.extend_from_slice(first.as_bytes());
        body.extend_from_slice(&block);
    }
    head.extend_from_slice(&body);
    Ok(head)
}

fn compressed(text: &str) -> Outcome<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).map_err(|e| e.to_string())?;
    encoder.finish().map_err(|e| e.to_string())
}
