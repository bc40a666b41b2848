//! What a client writes, the server reads as the same value, and the other way round, for every operation of several
//! services in each RPC protocol. Seeded: the same values in every run.

use codec::client;
use http::HeaderMap;
use model::{Flags, Protocol};

use crate::support::{Limits, Random, decode, random, route, service};

const JSON: [(&str, Protocol); 6] = [
    ("sqs", Protocol::Json10),
    ("dynamodb", Protocol::Json10),
    ("stepfunctions", Protocol::Json10),
    ("kms", Protocol::Json11),
    ("events", Protocol::Json11),
    ("ecs", Protocol::Json11),
];

const QUERY: [(&str, Protocol); 6] = [
    ("sqs", Protocol::Query),
    ("sts", Protocol::Query),
    ("iam", Protocol::Query),
    ("sns", Protocol::Query),
    ("rds", Protocol::Query),
    ("ec2", Protocol::Ec2),
];

const FORM: Limits = Limits { no_empty_structures: true, no_empty_collections: false };
const XML: Limits = Limits { no_empty_structures: false, no_empty_collections: true };
const ANY: Limits = Limits { no_empty_structures: false, no_empty_collections: false };

#[test]
fn inputs_arrive_as_they_were_sent() {
    let mut n = 0;
    for (services, limits) in [(&JSON, ANY), (&QUERY, FORM)] {
        for (id, protocol) in services {
            for op in &service(id).operations {
                let route = route(id, op.name, *protocol);
                let Some(shape) = route.input() else { continue };
                for seed in 0..3 {
                    let mut r = Random::new(seed + 1);
                    let Some(sent) = random(&mut r, route.model, shape, 4, limits) else { continue };
                    let request = client::encode(route.model, route.operation, *protocol, &sent).unwrap();
                    let (read, _) = decode(&route, &request.body).unwrap_or_else(|f| {
                        panic!("{id} {} {}: {f:?}", op.name, String::from_utf8_lossy(&request.body))
                    });
                    assert_eq!(read, sent, "{id} {} {}", op.name, String::from_utf8_lossy(&request.body));
                    n += 1;
                }
            }
        }
    }
    assert!(n > 4000, "only {n} inputs were tried");
}

#[test]
fn outputs_arrive_as_they_were_answered() {
    let mut n = 0;
    for (services, limits) in [(&JSON, ANY), (&QUERY, XML)] {
        for (id, protocol) in services {
            for op in &service(id).operations {
                let route = route(id, op.name, *protocol);
                let Some(shape) = route.output() else { continue };
                if route.model.shapes.iter().any(|s| s.flags.has(Flags::EVENT_STREAM)) {
                    continue;
                }
                for seed in 0..3 {
                    let mut r = Random::new(seed + 7);
                    let Some(answered) = random(&mut r, route.model, shape, 5, limits) else { continue };
                    let reply = codec::encode(&route, &answered, "request-id");
                    let text = String::from_utf8_lossy(&reply.body);
                    let headers = HeaderMap::from_iter(reply.headers.clone());
                    let model = route.model;
                    let read = client::decode(
                        model,
                        route.operation,
                        *protocol,
                        reply.status,
                        &headers,
                        &reply.body,
                    )
                    .unwrap_or_else(|e| panic!("{id} {}: {e:?} {text}", op.name));
                    assert_eq!(read, answered, "{id} {} {text}", op.name);
                    n += 1;
                }
            }
        }
    }
    assert!(n > 4000, "only {n} outputs were tried");
}

#[test]
fn plain_json_reads_back_as_the_same_value() {
    for id in ["sqs", "iam", "dynamodb", "ec2", "cloudformation"] {
        let model = service(id);
        for op in &model.operations {
            let Some(shape) = op.input.map(|i| model.shape(i)) else { continue };
            let Some(value) = random(&mut Random::new(11), model, shape, 4, ANY) else { continue };
            let text = codec::to_json(model, shape, &value, codec::Spelling::Model);
            assert_eq!(codec::from_json(model, shape, &text).as_ref(), Ok(&value), "{id} {} {text}", op.name);
        }
    }
}
