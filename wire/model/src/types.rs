//! The tables a loaded model consists of. Every string is a slice of the blob, so loading allocates only vectors.
//! Not here: how a blob is read (`blob.rs`) and which services there are (`registry.rs`).

use std::collections::HashMap;

/// Index of a shape in [`Model::shapes`].
pub type ShapeId = u16;

/// Wire protocols, in botocore's spelling: `json` (1.0 or 1.1), `query`, `ec2`, `rest-json`, `rest-xml`, `smithy-rpc-v2-cbor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `application/x-amz-json-1.0`
    Json10,
    /// `application/x-amz-json-1.1`
    Json11,
    /// Form parameters in, XML out.
    Query,
    /// EC2's dialect of query.
    Ec2,
    /// REST with JSON bodies.
    RestJson,
    /// REST with XML bodies.
    RestXml,
    /// Smithy RPC v2 over CBOR.
    Cbor,
}

/// What a shape is. `Structure` covers unions and exceptions too (see [`Flags`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Members by name.
    Structure,
    /// One member, `member`.
    List,
    /// Two members, `key` and `value`.
    Map,
    /// UTF-8 text, with or without an enum.
    String,
    /// Bytes.
    Blob,
    /// True or false.
    Boolean,
    /// 32-bit signed.
    Integer,
    /// 64-bit signed.
    Long,
    /// 32-bit IEEE 754.
    Float,
    /// 64-bit IEEE 754.
    Double,
    /// A moment; see [`TimestampFormat`].
    Timestamp,
    /// Any JSON-like value.
    Document,
}

/// Yes-or-no facts of a shape, a member or an operation, as one bit set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    /// Shape: value must not be shown in logs or error texts.
    pub const SENSITIVE: u32 = 1;
    /// Shape (list, map) or member: no wrapper element.
    pub const FLATTENED: u32 = 1 << 1;
    /// Shape: blob whose bytes are the (streamed) body. Member: so is its value (S3 says it there).
    pub const STREAMING: u32 = 1 << 2;
    /// Shape: structure that stands for a stream of events.
    pub const EVENT_STREAM: u32 = 1 << 3;
    /// Shape: one event of a stream.
    pub const EVENT: u32 = 1 << 4;
    /// Shape: an error.
    pub const EXCEPTION: u32 = 1 << 5;
    /// Shape: exactly one member is set.
    pub const UNION: u32 = 1 << 6;
    /// Shape: HTTP payload or list/map may hold nulls.
    pub const SPARSE: u32 = 1 << 7;
    /// Member: must be present.
    pub const REQUIRED: u32 = 1 << 8;
    /// Member: filled in by SDKs when absent.
    pub const IDEMPOTENCY_TOKEN: u32 = 1 << 9;
    /// Member: rendered as an XML attribute.
    pub const XML_ATTRIBUTE: u32 = 1 << 10;
    /// Member: header holding base64 JSON.
    pub const JSON_VALUE: u32 = 1 << 11;
    /// Member: travels as the payload of its event frame.
    pub const EVENT_PAYLOAD: u32 = 1 << 12;
    /// Member: travels as a header of its event frame.
    pub const EVENT_HEADER: u32 = 1 << 13;
    /// Member: part of the host name.
    pub const HOST_LABEL: u32 = 1 << 14;
    /// Operation: called without a signature.
    pub const NO_AUTH: u32 = 1 << 15;
    /// Operation: payload may be sent unsigned.
    pub const UNSIGNED_PAYLOAD: u32 = 1 << 16;
    /// Operation or member: no longer offered to newcomers.
    pub const DEPRECATED: u32 = 1 << 17;
    /// Operation: a checksum header is required.
    pub const CHECKSUM_REQUIRED: u32 = 1 << 18;
    /// Shape: an error that SDKs retry.
    pub const RETRYABLE: u32 = 1 << 19;
    /// Operation (restXml, S3): the output's only member is the document root, unwrapped.
    pub const UNWRAPPED_OUTPUT: u32 = 1 << 20;

    /// Whether every bit of `flag` is set.
    pub const fn has(self, flag: u32) -> bool {
        self.0 & flag == flag
    }
}

/// Where a member travels in a REST protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Location {
    /// In the body.
    #[default]
    Body,
    /// In a path label.
    Uri,
    /// In the query string.
    QueryString,
    /// In one header.
    Header,
    /// In all headers that share a prefix (a map).
    Headers,
    /// The status code of the answer.
    StatusCode,
}

/// How a timestamp is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// Seconds since 1970, maybe with a fraction.
    UnixTimestamp,
    /// RFC 3339.
    Iso8601,
    /// RFC 7231's date (`Sun, 06 Nov 1994 08:49:37 GMT`).
    Rfc822,
}

/// One member of a structure; also a list's `member` and a map's `key` and `value`.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Name in the model.
    pub name: &'static str,
    /// Shape of its value.
    pub target: ShapeId,
    /// See [`Flags`].
    pub flags: Flags,
    /// Where it travels in REST protocols.
    pub location: Location,
    /// botocore's `locationName`, when the wire name differs from `name`.
    pub wire_name: Option<&'static str>,
    /// Name in query protocols where it differs from [`Member::wire`]: botocore's `queryName` (EC2), or from the overlay (SQS,
    /// whose JSON says `MessageAttributes` and whose query says `MessageAttribute`). Holds for requests and answers of query.
    pub query_name: Option<&'static str>,
    /// XML namespace: URI and optional prefix.
    pub xml_namespace: Option<(&'static str, Option<&'static str>)>,
    /// Spelling of a timestamp, when the member says so itself.
    pub timestamp_format: Option<TimestampFormat>,
}

impl Member {
    /// The name on the wire: `locationName`, else the member's name.
    pub fn wire(&self) -> &'static str {
        self.wire_name.unwrap_or(self.name)
    }
}

/// What an exception shape says about its answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ErrorInfo {
    /// Wire code, when it differs from the shape's name.
    pub code: Option<&'static str>,
    /// HTTP status; 0 when the model doesn't say (then 400 for a client's fault, 500 for a server's).
    pub status: u16,
    /// Whether the model says that the sender is at fault.
    pub sender: Option<bool>,
}

/// A type of the model with its constraints.
#[derive(Debug)]
pub struct Shape {
    /// Name in the model.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// See [`Flags`].
    pub flags: Flags,
    /// Structure: its members. List: `member`. Map: `key`, `value`.
    pub members: Box<[Member]>,
    /// Least length, size or value.
    pub min: Option<i64>,
    /// Greatest length, size or value.
    pub max: Option<i64>,
    /// Java regular expression over the whole value.
    pub pattern: Option<&'static str>,
    /// Allowed values, in the order in which AWS's texts list them (see `wire.md`: a Java hash set's).
    pub enum_values: Box<[&'static str]>,
    /// Name of the member that is the HTTP body.
    pub payload: Option<&'static str>,
    /// botocore's `locationName` on the shape (XML root).
    pub wire_name: Option<&'static str>,
    /// XML namespace on the shape.
    pub xml_namespace: Option<(&'static str, Option<&'static str>)>,
    /// Spelling of a timestamp shape.
    pub timestamp_format: Option<TimestampFormat>,
    /// Set on exceptions.
    pub error: Option<ErrorInfo>,
    /// Structures: wire name (and member name) to member index, for readers.
    pub by_name: HashMap<&'static str, u16>,
}

impl Shape {
    /// Index and member of that model name.
    pub fn member(&self, name: &str) -> Option<(u16, &Member)> {
        self.members.iter().enumerate().find(|(_, m)| m.name == name).map(|(i, m)| (i as u16, m))
    }
}

/// Method and URI template of an operation.
#[derive(Clone, Copy, Debug)]
pub struct HttpBinding {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// `/{Bucket}/{Key+}?tagging`; `/` for RPC protocols.
    pub uri: &'static str,
    /// Status of a good answer when the model says so, else 200.
    pub status: u16,
}

/// How an operation's answers are cut into pages (botocore's paginators-1.json).
#[derive(Clone, Copy, Debug)]
pub struct Pagination {
    /// Input members that take the token (mostly one).
    pub input_tokens: &'static [&'static str],
    /// Output members (or JMESPath expressions) that carry the token.
    pub output_tokens: &'static [&'static str],
    /// Input member that limits a page.
    pub limit_key: Option<&'static str>,
    /// Output members that hold the items.
    pub result_keys: &'static [&'static str],
    /// Output member that says whether there is more.
    pub more_results: Option<&'static str>,
}

/// One operation of a service.
#[derive(Debug)]
pub struct Operation {
    /// AWS's name: `SendMessage`.
    pub name: &'static str,
    /// Method, URI, status.
    pub http: HttpBinding,
    /// Input structure, if any.
    pub input: Option<ShapeId>,
    /// Output structure, if any.
    pub output: Option<ShapeId>,
    /// Query: name of the element around the output.
    pub result_wrapper: Option<&'static str>,
    /// REST-XML: root element of the request body and its namespace.
    pub input_root: Option<&'static str>,
    /// Namespace of `input_root`.
    pub input_namespace: Option<&'static str>,
    /// REST-XML: root element of the answer's body, when it isn't the output shape's name (overlay).
    pub output_root: Option<&'static str>,
    /// `data-`, `{AccountId}.`: prefix that SDKs put before the host.
    pub host_prefix: Option<&'static str>,
    /// See [`Flags`].
    pub flags: Flags,
    /// Exception shapes it is modelled to answer.
    pub errors: Box<[ShapeId]>,
    /// Paging, where modelled.
    pub pagination: Option<Pagination>,
}

/// Which family of texts a service's parameter validation speaks (overlay; see `wire.md` §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidationStyle {
    /// `N validation error(s) detected: Value …`
    Coral,
    /// `The request must contain the parameter X`.
    QueryMissing,
    /// Hand-written by the service: the codec checks only that required members are there.
    Own,
    /// No check by the codec at all.
    None,
}

/// One service's model.
#[derive(Debug)]
pub struct Model {
    /// AWS's endpoint name as botocore's folder: `sqs`, `lexv2-models`. Our service id.
    pub id: &'static str,
    /// Human name: `Amazon Simple Queue Service`.
    pub full_name: &'static str,
    /// botocore's `serviceId`: `SQS`.
    pub service_id: &'static str,
    /// `2012-11-05`
    pub api_version: &'static str,
    /// Name in SigV4's credential scope.
    pub signing_name: &'static str,
    /// `sqs` of `sqs.us-east-1.amazonaws.com`.
    pub endpoint_prefix: &'static str,
    /// awsJson's target prefix, without the dot: `AmazonSQS`.
    pub target_prefix: Option<&'static str>,
    /// Namespace of XML answers.
    pub xml_namespace: Option<&'static str>,
    /// Protocols, the preferred one first.
    pub protocols: Box<[Protocol]>,
    /// JSON services that also answer `x-amzn-query-error`.
    pub query_compatible: bool,
    /// Validation texts (overlay).
    pub validation: ValidationStyle,
    /// Code of a validation error (overlay): `ValidationException`, `ValidationError`, …
    pub validation_code: &'static str,
    /// XML namespace-less service name of errors in awsJson 1.0 (`com.amazonaws.dynamodb.v20120810`), if it has one (overlay).
    pub error_namespace: Option<&'static str>,
    /// Hash of the blob; generated code carries the same.
    pub hash: u64,
    /// All shapes.
    pub shapes: Box<[Shape]>,
    /// All operations.
    pub operations: Box<[Operation]>,
    /// Operation name to index.
    pub operation_index: HashMap<&'static str, u16>,
    /// Shape name to index.
    pub shape_index: HashMap<&'static str, ShapeId>,
}

impl Model {
    /// The shape of that index.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[usize::from(id)]
    }

    /// The operation of that name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operation_index.get(name).map(|i| &self.operations[usize::from(*i)])
    }
}
