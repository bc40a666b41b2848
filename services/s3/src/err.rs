//! S3's refusals: codes, statuses and texts. Source: S3 API reference, "Error responses", and answers recorded from AWS.

use codec::{Fault, Value};
use kernel::{RequestMeta, SignedFor, UploadError};

use crate::encryption::hex;

fn text(v: impl Into<String>) -> Value {
    Value::String(v.into())
}

/// Why a body can't be taken in.
pub(crate) fn of_upload(e: UploadError) -> Fault {
    let of = |code: &'static str, status: u16, message: &str| Fault::new(code, status, message);
    match e {
        UploadError::Timeout => of(
            "RequestTimeout",
            400,
            "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.",
        ),
        UploadError::TooLarge => {
            of("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
        }
        UploadError::Incomplete => of(
            "IncompleteBody",
            400,
            "You did not provide the number of bytes specified by the Content-Length HTTP header",
        ),
        UploadError::ChunkSize => of("InvalidChunkSizeError", 400, "Invalid chunk size"),
        UploadError::Chunks => of("IncompleteBody", 400, "The request body terminated unexpectedly"),
        UploadError::Signature => of(
            "SignatureDoesNotMatch",
            403,
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        ),
        UploadError::Hash { signed, found } => {
            let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
            of("XAmzContentSHA256Mismatch", 400, message)
                .with_field("ClientComputedContentSHA256", text(hex(&signed)))
                .with_field("S3ComputedContentSHA256", text(hex(&found)))
        }
        UploadError::Form => {
            let message = "The body of your POST request is not well-formed multipart/form-data.";
            of("MalformedPOSTRequest", 400, message)
        }
        UploadError::Fields { most_bytes } => {
            let message = "Your POST request fields preceding the upload file were too large.";
            of("MaxPostPreDataLengthExceeded", 400, message)
                .with_field("MaxPostPreDataLengthBytes", text(most_bytes.to_string()))
        }
        UploadError::File { size_bytes, most_bytes, .. } if size_bytes > most_bytes => {
            entity_too_large(size_bytes, most_bytes)
        }
        UploadError::File { size_bytes, least_bytes, .. } => entity_too_small(size_bytes, least_bytes),
    }
}

/// A refusal of an argument, with what was wrong about it.
pub(crate) fn invalid_argument(message: &str, name: &str, value: &str) -> Fault {
    Fault::new("InvalidArgument", 400, message)
        .with_field("ArgumentName", text(name))
        .with_field("ArgumentValue", text(value))
}

pub(crate) fn invalid_request(message: impl Into<String>) -> Fault {
    Fault::new("InvalidRequest", 400, message)
}

pub(crate) fn access_denied() -> Fault {
    Fault::new("AccessDenied", 403, "Access Denied")
}

/// IAM's denial, in its words.
pub(crate) fn denied(text: &str) -> Fault {
    Fault::new("AccessDenied", 403, text)
}

pub(crate) fn no_such_bucket(bucket: &str) -> Fault {
    Fault::new("NoSuchBucket", 404, "The specified bucket does not exist")
        .with_field("BucketName", text(bucket))
}

pub(crate) fn no_such_key(key: &str) -> Fault {
    Fault::new("NoSuchKey", 404, "The specified key does not exist.").with_field("Key", text(key))
}

/// The latest version is a delete marker.
pub(crate) fn deleted(key: &str, version_id: &str) -> Fault {
    no_such_key(key).with_header("x-amz-delete-marker", "true").with_header("x-amz-version-id", version_id)
}

pub(crate) fn no_such_version(key: &str, version_id: &str) -> Fault {
    Fault::new("NoSuchVersion", 404, "The specified version does not exist.")
        .with_field("Key", text(key))
        .with_field("VersionId", text(version_id))
}

pub(crate) fn invalid_version_id(version_id: &str) -> Fault {
    invalid_argument("Invalid version id specified", "versionId", version_id)
}

/// A delete marker was asked for its content.
pub(crate) fn marker_has_no_content(method: &str, version_id: &str) -> Fault {
    Fault::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
        .with_field("Method", text(method))
        .with_field("ResourceType", text("DeleteMarker"))
        .with_header("allow", "DELETE")
        .with_header("x-amz-delete-marker", "true")
        .with_header("x-amz-version-id", version_id)
}

pub(crate) fn precondition_failed(condition: &str) -> Fault {
    let message = "At least one of the pre-conditions you specified did not hold";
    Fault::new("PreconditionFailed", 412, message).with_field("Condition", text(condition))
}

pub(crate) fn not_modified() -> Fault {
    Fault::new("304", 304, "Not Modified")
}

pub(crate) fn invalid_range(asked: &str, size_bytes: u64) -> Fault {
    Fault::new("InvalidRange", 416, "The requested range is not satisfiable")
        .with_field("ActualObjectSize", text(size_bytes.to_string()))
        .with_field("RangeRequested", text(asked))
}

pub(crate) fn malformed_xml() -> Fault {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    Fault::new("MalformedXML", 400, message)
}

pub(crate) fn invalid_bucket_name(bucket: &str) -> Fault {
    Fault::new("InvalidBucketName", 400, "The specified bucket is not valid.")
        .with_field("BucketName", text(bucket))
}

pub(crate) fn bucket_not_empty(bucket: &str) -> Fault {
    Fault::new("BucketNotEmpty", 409, "The bucket you tried to delete is not empty")
        .with_field("BucketName", text(bucket))
}

pub(crate) fn versions_remain(bucket: &str) -> Fault {
    let message = "The bucket you tried to delete is not empty. You must delete all versions in the bucket.";
    Fault::new("BucketNotEmpty", 409, message).with_field("BucketName", text(bucket))
}

pub(crate) fn key_too_long(key: &str) -> Fault {
    Fault::new("KeyTooLongError", 400, "Your key is too long")
        .with_field("Size", text(key.len().to_string()))
        .with_field("MaxSizeAllowed", text("1024"))
}

pub(crate) fn entity_too_large(size_bytes: u64, most_bytes: u64) -> Fault {
    Fault::new("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
        .with_field("ProposedSize", text(size_bytes.to_string()))
        .with_field("MaxSizeAllowed", text(most_bytes.to_string()))
}

pub(crate) fn missing_content_length() -> Fault {
    Fault::new("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
}

pub(crate) fn bad_digest(algorithm: &str) -> Fault {
    let message = match algorithm {
        "MD5" => "The Content-MD5 you specified did not match what we received.".to_owned(),
        other => format!("The {other} you specified did not match the calculated checksum."),
    };
    Fault::new("BadDigest", 400, message)
}

pub(crate) fn invalid_digest(given: &str) -> Fault {
    Fault::new("InvalidDigest", 400, "The Content-MD5 you specified was invalid.")
        .with_field("Content-MD5", text(given))
}

pub(crate) fn permanent_redirect(bucket: &str, region: &str, dns_suffix: &str) -> Fault {
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    Fault::new("PermanentRedirect", 301, message)
        .with_field("Endpoint", text(format!("{bucket}.s3.{region}.{dns_suffix}")))
        .with_field("Bucket", text(bucket))
        .with_header("x-amz-bucket-region", region)
}

/// The request was signed for another region than the one it came to.
/// Source: recorded; presigned: boto/boto3#4627. Inferred: what is said of a set of regions.
pub(crate) fn wrong_signing_region(request: &RequestMeta, region: &str) -> Fault {
    let query = request.head.as_deref().and_then(|head| head.uri.query()).unwrap_or_default();
    let (code, at_fault) = match &request.signed_for {
        _ if !query.contains("X-Amz-Signature=") => {
            ("AuthorizationHeaderMalformed", "The authorization header is malformed")
        }
        SignedFor::Set(_) => {
            ("AuthorizationQueryParametersError", "Error parsing the X-Amz-Region-Set parameter")
        }
        _ => ("AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"),
    };
    let signed = request.signed_for.text();
    let message = format!("{at_fault}; the region '{signed}' is wrong; expecting '{region}'");
    Fault::new(code, 400, message)
        .with_field("Region", text(region))
        .with_header("x-amz-bucket-region", region)
}

/// The object has no lock of the kind that was asked for.
pub(crate) fn no_object_lock() -> Fault {
    let message = "The specified object does not have a ObjectLock configuration";
    Fault::new("NoSuchObjectLockConfiguration", 404, message)
}

pub(crate) fn no_such_upload(id: &str) -> Fault {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    Fault::new("NoSuchUpload", 404, message).with_field("UploadId", text(id))
}

pub(crate) fn invalid_part(upload_id: &str, number: i32, etag: &str) -> Fault {
    let message = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
    Fault::new("InvalidPart", 400, message)
        .with_field("UploadId", text(upload_id))
        .with_field("PartNumber", text(number.to_string()))
        .with_field("ETag", text(etag))
}

pub(crate) fn invalid_part_order(upload_id: &str) -> Fault {
    let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
    Fault::new("InvalidPartOrder", 400, message).with_field("UploadId", text(upload_id))
}

fn entity_too_small(size_bytes: u64, least_bytes: u64) -> Fault {
    Fault::new("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size")
        .with_field("ProposedSize", text(size_bytes.to_string()))
        .with_field("MinSizeAllowed", text(least_bytes.to_string()))
}

pub(crate) fn part_too_small(number: u32, size_bytes: u64, least_bytes: u64, etag: &str) -> Fault {
    entity_too_small(size_bytes, least_bytes)
        .with_field("PartNumber", text(number.to_string()))
        .with_field("ETag", text(etag))
}

/// The key was written or deleted while the request went on.
pub(crate) fn conditional_conflict(condition: &str, key: &str) -> Fault {
    let message =
        "The conditional request cannot succeed due to a conflicting operation against this resource.";
    Fault::new("ConditionalRequestConflict", 409, message)
        .with_field("Condition", text(condition))
        .with_field("Key", text(key))
}

pub(crate) fn invalid_part_number(number: i32, parts: u32) -> Fault {
    Fault::new("InvalidPartNumber", 416, "The requested partnumber is not satisfiable")
        .with_field("ActualPartCount", text(parts.to_string()))
        .with_field("PartNumberRequested", text(number.to_string()))
}

/// No part can have that number.
pub(crate) fn no_part_number(given: &str) -> Fault {
    invalid_argument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", given)
}

/// A part of S3 that isn't built, asked for by a member of an operation that is.
pub(crate) fn not_built(what: &str) -> Fault {
    Fault::new(
        "NotImplemented",
        501,
        format!("A header you provided implies functionality that is not implemented: {what}"),
    )
    .with_header("x-tabletop-unimplemented", what)
}

/// A header that S3 knows, with a value or for an operation that it doesn't take it for.
pub(crate) fn not_taken(header: &str) -> Fault {
    Fault::new("NotImplemented", 501, "A header you provided implies functionality that is not implemented")
        .with_field("Header", Value::String(header.to_owned()))
}

pub(crate) fn method_not_allowed(method: &str, resource_type: &str) -> Fault {
    Fault::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
        .with_field("Method", text(method))
        .with_field("ResourceType", text(resource_type))
}

pub(crate) fn acl_not_supported() -> Fault {
    Fault::new("AccessControlListNotSupported", 400, "The bucket does not allow ACLs")
}

/// A configuration that isn't there.
pub(crate) fn none_such(code: &'static str, message: &str, bucket: &str) -> Fault {
    Fault::new(code, 404, message).with_field("BucketName", text(bucket))
}

pub(crate) fn acl_with_enforced_ownership() -> Fault {
    let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    Fault::new("InvalidBucketAclWithObjectOwnership", 400, message)
}

pub(crate) fn acl_with_blocks() -> Fault {
    let message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
    Fault::new("InvalidBucketAclWithBlockPublicAccessError", 400, message)
}
