//! Facts of AWS's models that the rest of the house leans on. Sources: botocore 1.44.5 and the overlays named in models/.

use model::{Flags, Kind, Location, Protocol, ValidationStyle, by_signing_name, entries, entry, service};

#[test]
fn every_model_loads_and_agrees_with_its_entry() {
    assert!(entries().len() >= 71);
    for e in entries() {
        let m = e.model();
        assert_eq!((m.id, m.hash, m.signing_name), (e.id, e.hash, e.signing_name));
        assert_eq!((m.api_version, m.target_prefix), (e.api_version, e.target_prefix));
        assert_eq!(*m.protocols, *e.protocols);
        assert!(!m.operations.is_empty() && !m.protocols.is_empty(), "{}", e.id);
    }
    assert!(entries().is_sorted_by_key(|e| e.id));
}

#[test]
fn the_widest_input_fits_a_128_bit_set() {
    for m in entries().iter().map(|e| e.model()) {
        for op in &m.operations {
            let width = op.input.map_or(0, |i| m.shape(i).members.len());
            assert!(width <= 128, "{} {} has {width} members", m.id, op.name);
        }
    }
}

#[test]
fn names_lead_to_members_and_operations() {
    for m in entries().iter().map(|e| e.model()) {
        for (op, i) in m.operations.iter().zip(0..) {
            assert_eq!(m.operation_index[op.name], i);
        }
        for s in m.shapes.iter().filter(|s| s.kind == Kind::Structure) {
            for (member, i) in s.members.iter().zip(0..) {
                assert_eq!(s.member(member.name).unwrap().0, i);
                assert!(s.by_name.contains_key(member.wire()), "{} {} {}", m.id, s.name, member.name);
            }
        }
    }
}

#[test]
fn signing_names_lead_to_candidates() {
    let ids = |name| by_signing_name(name).iter().map(|e| e.id).collect::<Vec<_>>();
    assert_eq!(ids("sqs"), ["sqs"]);
    assert_eq!(ids("rds"), ["docdb", "neptune", "rds"]);
    assert_eq!(ids("s3"), ["s3", "s3control"]);
    assert_eq!(ids("dynamodb"), ["dynamodb", "dynamodbstreams"]);
    assert_eq!(ids("elasticloadbalancing"), ["elb", "elbv2"]);
    assert_eq!(ids("lex"), ["lex-models", "lex-runtime", "lexv2-models", "lexv2-runtime"]);
    assert_eq!(ids("monitoring"), ["cloudwatch"]);
    assert_eq!(ids("nothing"), [""; 0]);
    assert!(entry("nothing").is_none() && service("").is_none());
}

#[test]
fn sqs_speaks_json_and_query() {
    let m = service("sqs").unwrap();
    assert_eq!(*m.protocols, [Protocol::Json10, Protocol::Query]);
    assert!(m.query_compatible);
    assert_eq!((m.validation, m.validation_code), (ValidationStyle::QueryMissing, "MissingParameter"));
    assert_eq!(m.xml_namespace, Some("http://queue.amazonaws.com/doc/2012-11-05/"));
    let send = m.operation("SendMessage").unwrap();
    assert_eq!(send.result_wrapper, Some("SendMessageResult"));
    assert_eq!(m.operation("DeleteQueue").unwrap().result_wrapper, None);
    let input = m.shape(send.input.unwrap());
    let (_, attributes) = input.member("MessageAttributes").unwrap();
    assert_eq!((attributes.wire(), attributes.query_name), ("MessageAttributes", Some("MessageAttribute")));
    assert!(input.member("QueueUrl").unwrap().1.flags.has(Flags::REQUIRED));
    let missing = m.shape(m.shape_index["QueueDoesNotExist"]).error.unwrap();
    assert_eq!((missing.code, missing.status), (Some("AWS.SimpleQueueService.NonExistentQueue"), 400));
}

#[test]
fn s3_has_roots_locations_and_streams() {
    let m = service("s3").unwrap();
    assert_eq!(m.operation("ListObjectsV2").unwrap().output_root, Some("ListBucketResult"));
    assert!(m.operation("GetBucketLocation").unwrap().flags.has(Flags::UNWRAPPED_OUTPUT));
    let put = m.operation("PutObject").unwrap();
    assert_eq!((put.http.method, put.http.uri), ("PUT", "/{Bucket}/{Key+}"));
    let input = m.shape(put.input.unwrap());
    assert_eq!(input.payload, Some("Body"));
    let (_, body) = input.member("Body").unwrap();
    assert!(body.flags.has(Flags::STREAMING) && m.shape(body.target).flags.has(Flags::STREAMING));
    assert_eq!(input.member("Metadata").unwrap().1.location, Location::Headers);
    let (_, kind) = m.shape(m.shape_index["Grantee"]).member("Type").unwrap();
    assert!(kind.flags.has(Flags::XML_ATTRIBUTE));
    assert_eq!(kind.wire(), "xsi:type");
    let put_acl = m.operation("PutBucketAcl").unwrap();
    assert!(put_acl.flags.has(Flags::CHECKSUM_REQUIRED));
}

#[test]
fn paging_errors_and_bounds_are_kept() {
    let iam = service("iam").unwrap();
    let p = iam.operation("ListUsers").unwrap().pagination.unwrap();
    assert_eq!(
        (p.input_tokens, p.limit_key, p.more_results),
        (&["Marker"][..], Some("MaxItems"), Some("IsTruncated"))
    );
    assert_eq!((iam.validation, iam.validation_code), (ValidationStyle::Coral, "ValidationError"));
    let e = iam.shape(iam.shape_index["NoSuchEntityException"]).error.unwrap();
    assert_eq!((e.code, e.status, e.sender), (Some("NoSuchEntity"), 404, Some(true)));
    let name = iam.shape(iam.shape_index["userNameType"]);
    assert_eq!((name.min, name.max, name.pattern), (Some(1), Some(64), Some(r"[\w+=,.@-]+")));
    let sts = service("sts").unwrap();
    assert!(sts.operation("AssumeRoleWithSAML").unwrap().flags.has(Flags::NO_AUTH));
    assert!(!sts.operation("AssumeRole").unwrap().flags.has(Flags::NO_AUTH));
    let cloudwatch = service("cloudwatch").unwrap();
    assert_eq!(*cloudwatch.protocols, [Protocol::Cbor, Protocol::Json10, Protocol::Query]);
    let get = cloudwatch.operation("GetMetricData").unwrap();
    assert_eq!(get.result_wrapper, Some("GetMetricDataResult"));
    assert_eq!(service("ec2").unwrap().protocols[..], [Protocol::Ec2]);
}
