//! What is fuzzed. A target is a function over bytes that panics when something does not hold, the inputs to begin with,
//! and the words of its format.

mod binary;
mod blob;
mod dynamodb;
mod federation;
mod glob;
mod kernel;
mod policy;
mod readers;
mod request;
mod seeds;
mod signatures;
mod stored;
mod text;
mod toy;
mod values;

/// Something to fuzz.
#[derive(Debug)]
pub struct Target {
    /// Name, also of its folder of regressions.
    pub name: &'static str,
    /// What must hold.
    pub about: &'static str,
    /// Inputs to begin with. Called once, so that what is loaded on first use is there before memory is counted.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of the format.
    pub words: &'static [&'static str],
    /// Runs one input; panics when something does not hold.
    pub run: fn(&[u8]),
    /// The longest input.
    pub max_bytes: usize,
    /// Memory that any input may take.
    pub base_bytes: usize,
    /// Memory that an input may take for each of its bytes.
    pub bytes_per_byte: usize,
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

const fn target(
    name: &'static str,
    about: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    run: fn(&[u8]),
) -> Target {
    Target {
        name,
        about,
        seeds,
        words: &[],
        run,
        max_bytes: 64 * KIB,
        base_bytes: 2 * MIB,
        bytes_per_byte: 100,
    }
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        words: readers::JSON_WORDS,
        ..target(
            "json",
            "what awsJson reads is the same as plain JSON again",
            readers::json_seeds,
            readers::rpc,
        )
    },
    Target {
        words: readers::FORM_WORDS,
        ..target("query", "the same of awsQuery", readers::query_seeds, readers::rpc)
    },
    Target {
        words: readers::FORM_WORDS,
        ..target("ec2", "the same of ec2Query", readers::ec2_seeds, readers::rpc)
    },
    Target {
        words: request::WORDS,
        ..target(
            "rest-json",
            "requests of REST-JSON services are routed and read",
            seeds::rest_json,
            request::run,
        )
    },
    Target {
        words: request::WORDS,
        ..target(
            "rest-xml",
            "requests of S3, Route 53 and CloudFront are routed and read",
            seeds::rest_xml,
            request::run,
        )
    },
    Target {
        words: request::WORDS,
        ..target("cbor", "requests of RPC v2 CBOR are routed and read", seeds::cbor, request::run)
    },
    Target {
        words: request::WORDS,
        ..target(
            "route",
            "any method, path, query, headers and body find a route or a fault",
            seeds::every_service,
            request::run,
        )
    },
    target(
        "event-stream",
        "frames are the same however they arrive, and again when written",
        binary::frame_seeds,
        binary::event_stream,
    ),
    Target {
        words: signatures::WORDS,
        ..target(
            "sigv4",
            "claims are read and refused; what we sign we accept",
            signatures::seeds,
            signatures::run,
        )
    },
    Target {
        words: signatures::CHUNK_WORDS,
        ..target(
            "aws-chunked",
            "bodies in chunks are the same however they arrive",
            signatures::chunk_seeds,
            signatures::chunked,
        )
    },
    Target {
        words: policy::WORDS,
        ..target(
            "policy",
            "policies parse or are refused, and decide the same with candidates kept",
            policy::seeds,
            policy::run,
        )
    },
    Target {
        words: glob::WORDS,
        max_bytes: 4 * KIB,
        ..target("glob", "wildcards and ARNs match as a slow, obvious matcher says", glob::seeds, glob::run)
    },
    target("store-key", "keys read back and sort as their bytes do", stored::key_seeds, stored::keys),
    target(
        "store-row",
        "rows and records of any bytes are read or reported",
        stored::row_seeds,
        stored::rows,
    ),
    Target {
        base_bytes: 8 * MIB,
        ..target(
            "snapshot",
            "saved states of any bytes are loaded or refused",
            stored::snapshot_seeds,
            stored::snapshot,
        )
    },
    Target {
        max_bytes: 80 * KIB,
        ..target("blob", "files of blobs are what was written, or refused", blob::file_seeds, blob::file)
    },
    target("seal", "sealed byte strings and wrapped keys likewise", blob::seal_seeds, blob::seal),
    Target {
        max_bytes: 16 * KIB,
        bytes_per_byte: 600,
        ..target("model", "model blobs of any bytes are loaded or refused", binary::blob_seeds, binary::blob)
    },
    Target {
        words: dynamodb::WORDS,
        max_bytes: 5 * KIB,
        bytes_per_byte: 1000,
        ..target(
            "dynamodb-expression",
            "expressions parse or are refused in the name of their parameter, and updates leave whole items",
            dynamodb::expression_seeds,
            dynamodb::expressions,
        )
    },
    Target {
        words: dynamodb::PARTIQL_WORDS,
        max_bytes: 8 * KIB,
        bytes_per_byte: 1000,
        ..target(
            "dynamodb-partiql",
            "statements parse or are refused, and what is inserted reads back",
            dynamodb::partiql_seeds,
            dynamodb::partiql,
        )
    },
    target(
        "dynamodb-row",
        "items, values and keys of any bytes read back as they were written, or are refused",
        dynamodb::row_seeds,
        dynamodb::rows,
    ),
    Target {
        words: federation::XML_WORDS,
        bytes_per_byte: 2000,
        ..target(
            "saml",
            "answers are read or refused, and canonical forms are canonical again",
            federation::xml_seeds,
            federation::xml,
        )
    },
    Target {
        words: federation::TOKEN_WORDS,
        ..target(
            "web-identity",
            "tokens, keys and certificates are read or refused, and nothing unsigned is good",
            federation::token_seeds,
            federation::token,
        )
    },
    target(
        "inflate",
        "compressed bodies cost no more than their cap, and come back",
        binary::gzip_seeds,
        binary::inflate,
    ),
    Target {
        words: text::WORDS,
        max_bytes: KIB,
        ..target("text", "times and durations read back", text::seeds, text::run)
    },
    Target {
        words: kernel::WORDS,
        base_bytes: 16 * MIB,
        ..target(
            "kernel",
            "the whole life of a request, admin API and page tokens included",
            kernel::seeds,
            kernel::run,
        )
    },
];

/// The target of that name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|t| t.name == name)
}
