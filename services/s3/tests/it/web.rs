//! What S3 answers beside its API, over HTTP: preflights, web sites, forms, logs. Requests go through the kernel's front door.

use bytes::Bytes;
use codec::Op;
use edge::{Handler, Incoming};
use http::request::Parts;
use http::{HeaderMap, Request};
use kernel::{Front, OutBody};
use sigv4::{Credentials, Payload, Rules, SigningScope};
use testkit::Lab;

/// S3 alone, reached over HTTP as a browser would.
pub struct Web {
    pub lab: Lab,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// What is between `<name>` and its end.
    pub fn xml(&self, name: &str) -> &str {
        let begin = self.body.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
        begin.split_once(&format!("</{name}>")).map_or("", |(value, _)| value)
    }
}

impl Web {
    pub fn new() -> Web {
        Web { lab: Lab::new(vec![service_s3::service()]) }
    }

    /// Calls an operation as root, from inside.
    pub fn call<O: Op>(&self, input: O::Input) -> O::Output {
        self.lab.call::<O>(input).unwrap()
    }

    /// Calls an operation as root, from inside, with plain JSON.
    pub fn json(&self, operation: &str, input: serde_json::Value) -> serde_json::Value {
        let (who, scope, meta) = (self.lab.root(), self.lab.scope(), kernel::RequestMeta::default());
        let (kernel, input) = (&self.lab.kernel, input.to_string());
        let call = kernel.call_json(&who, scope, &meta, "s3", operation, &input);
        serde_json::from_str(&self.lab.block_on(call).unwrap()).unwrap()
    }

    /// Makes a bucket that takes public policies and lists.
    pub fn bucket(&self, name: &str) {
        use shapes_s3::{CreateBucketRequest, DeletePublicAccessBlockRequest, op};
        self.call::<op::CreateBucket>(CreateBucketRequest { bucket: name.to_owned(), ..Default::default() });
        let bucket = name.to_owned();
        self.call::<op::DeletePublicAccessBlock>(DeletePublicAccessBlockRequest {
            bucket,
            ..Default::default()
        });
    }

    /// Lets everybody do something with a bucket's objects.
    pub fn open(&self, bucket: &str, action: &str) {
        use shapes_s3::{PutBucketPolicyRequest, op};
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
        );
        let bucket = bucket.to_owned();
        self.call::<op::PutBucketPolicy>(PutBucketPolicyRequest { bucket, policy, ..Default::default() });
    }

    pub fn put(&self, bucket: &str, key: &str, body: &str) {
        use shapes_s3::{PutObjectRequest, op};
        self.call::<op::PutObject>(PutObjectRequest {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            body: Some(codec::Blob(body.as_bytes().to_vec())),
            content_type: Some("text/html".to_owned()),
            ..Default::default()
        });
    }

    pub fn get(&self, bucket: &str, key: &str) -> String {
        use shapes_s3::{GetObjectRequest, op};
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let out = self.call::<op::GetObject>(GetObjectRequest { bucket, key, ..Default::default() });
        String::from_utf8(out.body.unwrap().0).unwrap()
    }

    /// Sends an unsigned request.
    pub fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.hand_over(head(method, url, headers), body)
    }

    /// Sends a request that the account's root has signed.
    pub fn send_signed(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut parts = head(method, url, headers);
        let own = str::to_owned;
        let who =
            Credentials { access_key_id: own("test"), secret_access_key: own("test"), session_token: None };
        let now_ms = self.lab.kernel.clock.now_ms();
        let scope = SigningScope { region: "us-east-1", service: "s3", now_ms, rules: Rules::S3 };
        sigv4::sign(&mut parts, Payload::Bytes(body), &who, scope);
        self.hand_over(parts, body)
    }

    fn hand_over(&self, parts: Parts, body: &[u8]) -> Answer {
        let here = std::net::SocketAddr::from(([127, 0, 0, 1], 4566));
        let body = Bytes::copy_from_slice(body).into();
        let incoming = Incoming { parts, body, peer: here, tls: false, local: here };
        let front = Front(self.lab.kernel.clone());
        let out = self.lab.block_on(front.handle(incoming));
        assert!(!out.hang_up, "it answers");
        let OutBody::Whole(body) = out.body else { panic!("it streamed") };
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: out.status.as_u16(), headers: out.headers, body }
    }
}

/// The head of a request to a host and a path.
fn head(method: &str, url: &str, headers: &[(&str, &str)]) -> Parts {
    let (host, path) = url.split_at(url.find('/').unwrap());
    let mut request = Request::builder().method(method).uri(path).header("host", host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

mod cors {
    use super::*;
    use shapes_s3::{CORSConfiguration, CORSRule, PutBucketCorsRequest, op};

    fn rules(web: &Web, rules: Vec<CORSRule>) {
        let cors_configuration = CORSConfiguration { cors_rules: rules };
        let bucket = "site".to_owned();
        web.call::<op::PutBucketCors>(PutBucketCorsRequest {
            bucket,
            cors_configuration,
            ..Default::default()
        });
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|s| (*s).to_owned()).collect()
    }

    const ORIGIN: &str = "https://localhost:4200";

    /// Source: recorded 2023-07-31.
    #[test]
    fn without_rules_nobody_is_let_through() {
        let web = Web::new();
        web.bucket("site");
        let url = "site.localhost:4566/key";
        let bare = web.send("OPTIONS", url, &[], b"");
        assert_eq!((bare.status, bare.xml("Code")), (400, "BadRequest"));
        assert_eq!(bare.xml("Message"), "Insufficient information. Origin request header needed.");
        let asked = [("origin", ORIGIN), ("access-control-request-method", "PUT")];
        let answer = web.send("OPTIONS", url, &asked, b"");
        assert_eq!((answer.status, answer.xml("Code")), (403, "AccessForbidden"));
        assert_eq!(answer.xml("Message"), "CORSResponse: CORS is not enabled for this bucket.");
        assert_eq!((answer.xml("Method"), answer.xml("ResourceType")), ("PUT", "BUCKET"));
        let none = web.send("OPTIONS", "none.s3.localhost:4566/key", &asked, b"");
        assert_eq!(none.xml("Message"), "CORSResponse: Bucket not found");
        let answer = web.send("GET", url, &[("origin", ORIGIN)], b"");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }

    /// Source: recorded 2025-03-17.
    #[test]
    fn a_rule_lets_its_origins_and_methods_through() {
        let web = Web::new();
        web.bucket("site");
        web.open("site", "s3:GetObject");
        web.put("site", "key", "test-cors");
        rules(
            &web,
            vec![CORSRule {
                allowed_origins: texts(&[ORIGIN]),
                allowed_methods: texts(&["GET"]),
                max_age_seconds: Some(3000),
                ..CORSRule::default()
            }],
        );
        let url = "localhost:4566/site/key";
        let ask = |method| [("origin", ORIGIN), ("access-control-request-method", method)];
        let yes = web.send("OPTIONS", url, &ask("GET"), b"");
        assert_eq!((yes.status, yes.body.as_str()), (200, ""));
        let no = web.send("OPTIONS", url, &ask("PUT"), b"");
        assert_eq!((no.status, no.xml("ResourceType")), (403, "OBJECT"));
        assert!(no.xml("Message").starts_with("CORSResponse: This CORS request is not allowed. "));
        let got = web.send("GET", url, &[("origin", ORIGIN)], b"");
        assert_eq!(got.body, "test-cors");
        for answer in [&yes, &got] {
            assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
            assert_eq!(answer.header("access-control-allow-credentials"), "true");
            assert_eq!(answer.header("access-control-allow-methods"), "GET");
            assert_eq!(answer.header("access-control-max-age"), "3000");
            assert_eq!(
                answer.header("vary"),
                "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
            );
        }
        let other = web.send("GET", url, &[("origin", "https://elsewhere")], b"");
        assert_eq!((other.status, other.header("access-control-allow-origin")), (200, ""));
    }

    #[test]
    fn wildcards_and_headers() {
        let web = Web::new();
        web.bucket("site");
        let everybody = CORSRule {
            allowed_origins: texts(&["*"]),
            allowed_methods: texts(&["GET", "PUT"]),
            ..CORSRule::default()
        };
        let partial = CORSRule {
            allowed_origins: texts(&["http://*.origin.com"]),
            allowed_methods: texts(&["DELETE"]),
            allowed_headers: Some(texts(&["X-Amz-*"])),
            expose_headers: Some(texts(&["ETag", "x-amz-version-id"])),
            ..CORSRule::default()
        };
        rules(&web, vec![everybody, partial]);
        let ask = |origin, method, headers| {
            let all = [
                ("origin", origin),
                ("access-control-request-method", method),
                ("access-control-request-headers", headers),
            ];
            web.send("OPTIONS", "site.localhost/", &all, b"")
        };
        let plain = ask("http://any", "PUT", "");
        assert_eq!(plain.header("access-control-allow-origin"), "*");
        assert_eq!(plain.header("access-control-allow-credentials"), "");
        assert_eq!(ask("http://any", "PUT", "x-amz-acl").status, 403);
        let part = ask("http://test.origin.com", "DELETE", "x-amz-acl, X-Amz-Date");
        assert_eq!(part.header("access-control-allow-origin"), "http://test.origin.com");
        assert_eq!(part.header("access-control-allow-headers"), "x-amz-acl, x-amz-date");
        assert_eq!(part.header("access-control-expose-headers"), "ETag, x-amz-version-id");
        assert_eq!(ask("http://origin.com", "DELETE", "x-amz-acl").status, 403);
    }

    /// What names no bucket is the general rules' business.
    #[test]
    fn other_requests_are_open_to_every_page() {
        let web = Web::new();
        let asked = [("origin", ORIGIN), ("access-control-request-method", "POST")];
        let answer = web.send("OPTIONS", "localhost:4566/000000000000/queue", &asked, b"");
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, ORIGIN));
        let answer = web.send("GET", "localhost:4566/", &[("origin", ORIGIN)], b"");
        assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    }
}

mod website {
    use super::*;
    use serde_json::json;
    use shapes_s3::op;

    /// A site with that configuration, open to everybody.
    fn site(config: serde_json::Value) -> Web {
        let web = Web::new();
        web.bucket("site");
        web.open("site", "s3:GetObject");
        web.json("PutBucketWebsite", json!({ "Bucket": "site", "WebsiteConfiguration": config }));
        web
    }

    fn plain() -> serde_json::Value {
        json!({ "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "error.html" } })
    }

    const HOST: &str = "site.s3-website.localhost:4566";

    fn get(web: &Web, path: &str) -> Answer {
        web.send("GET", &format!("{HOST}{path}"), &[], b"")
    }

    /// Source: S3 user guide, "Configuring an index document".
    #[test]
    fn folders_have_an_index() {
        let web = site(plain());
        for (key, body) in [("index.html", "home"), ("docs/index.html", "docs"), ("a b.html", "page")] {
            web.put("site", key, body);
        }
        for (path, body) in [("/", "home"), ("/docs/", "docs"), ("/a%20b.html", "page"), ("/?x=1", "home")] {
            let answer = get(&web, path);
            assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
            assert_eq!(answer.header("content-type"), "text/html");
        }
        let to_folder = get(&web, "/docs");
        assert_eq!((to_folder.status, to_folder.header("location")), (302, "/docs/"));
        for host in ["site.s3-website-us-east-1.amazonaws.com", "site.s3-website.eu-central-1.localhost"] {
            assert_eq!(web.send("GET", &format!("{host}/docs/"), &[], b"").body, "docs");
        }
        let head = web.send("HEAD", &format!("{HOST}/"), &[], b"");
        assert_eq!((head.status, head.body.as_str(), head.header("content-length")), (200, "", "4"));
        let part = web.send("GET", &format!("{HOST}/"), &[("range", "bytes=1-2")], b"");
        assert_eq!((part.status, part.body.as_str()), (206, "om"));
        let etag = get(&web, "/").header("etag").to_owned();
        let same = web.send("GET", &format!("{HOST}/"), &[("if-none-match", &etag)], b"");
        assert_eq!((same.status, same.body.as_str()), (304, ""));
    }

    /// Source: recorded 2026-02-21; S3 user guide, "Configuring a custom error document".
    #[test]
    fn refusals_are_pages() {
        let web = site(json!({ "IndexDocument": { "Suffix": "index.html" } }));
        let denied = get(&web, "/nowhere");
        assert_eq!((denied.status, denied.header("x-amz-error-code")), (403, "AccessDenied"));
        web.open("site", "s3:*");
        let list = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::site","arn:aws:s3:::site/*"]}]}"#;
        web.json("PutBucketPolicy", json!({ "Bucket": "site", "Policy": list }));
        let page = get(&web, "/directory-wrong");
        assert_eq!(page.status, 404);
        let expected = "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n<ul>\n<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n<li>Key: directory-wrong</li>\n<li>RequestId: ";
        assert!(page.body.starts_with(expected), "{}", page.body);
        assert!(page.body.ends_with("</li>\n</ul>\n<hr/>\n</body>\n</html>\n"), "{}", page.body);
        assert!(get(&web, "/directory-wrong/").body.contains("<li>Key: directory-wrong/index.html</li>"));
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(get(&web, "/%3Cscript%3E").body.contains("<li>Key: &lt;script&gt;</li>"));

        web.json("PutBucketWebsite", json!({ "Bucket": "site", "WebsiteConfiguration": plain() }));
        let twice = get(&web, "/x");
        assert_eq!(twice.status, 404);
        assert!(twice.body.contains(
            "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n<li>Key: error.html</li>\n</ul>\n"
        ));
        web.put("site", "error.html", "sorry");
        let own = get(&web, "/x");
        assert_eq!((own.status, own.body.as_str()), (404, "sorry"));
        assert_eq!(own.header("x-amz-error-code"), "NoSuchKey");
        assert_eq!(web.send("POST", &format!("{HOST}/x"), &[], b"").status, 405);
        let none = web.send("GET", "none.s3-website.localhost/", &[], b"");
        assert_eq!((none.status, none.header("x-amz-error-code")), (404, "NoSuchBucket"));
        web.bucket("bare");
        let bare = web.send("GET", "bare.s3-website.localhost/", &[], b"");
        assert_eq!((bare.status, bare.header("x-amz-error-code")), (404, "NoSuchWebsiteConfiguration"));
        assert!(bare.body.contains("<li>BucketName: bare</li>"));
    }

    /// Source: S3 user guide, "Configuring a webpage redirect".
    #[test]
    fn redirects() {
        let web =
            site(json!({ "RedirectAllRequestsTo": { "HostName": "example.com", "Protocol": "https" } }));
        let all = get(&web, "/a/b?c=d");
        assert_eq!((all.status, all.header("location")), (301, "https://example.com/a/b?c=d"));
        let web = site(json!({ "IndexDocument": { "Suffix": "index.html" }, "RoutingRules": [
            { "Condition": { "KeyPrefixEquals": "docs/" }, "Redirect": { "ReplaceKeyPrefixWith": "documents/" } },
            { "Condition": { "KeyPrefixEquals": "old" },
              "Redirect": { "ReplaceKeyWith": "new.html", "HttpRedirectCode": "302", "Protocol": "https" } },
            { "Condition": { "HttpErrorCodeReturnedEquals": "403", "KeyPrefixEquals": "gone/" },
              "Redirect": { "HostName": "other.example.com", "ReplaceKeyPrefixWith": "report-404/" } },
        ]}));
        for (path, status, location) in [
            ("/docs/a b", 301, "http://site.s3-website.localhost:4566/documents/a%20b"),
            ("/older", 302, "https://site.s3-website.localhost:4566/new.html"),
            ("/gone/x", 301, "http://other.example.com/report-404/x"),
        ] {
            let path = path.replace(' ', "%20");
            let answer = get(&web, &path);
            assert_eq!((answer.status, answer.header("location")), (status, location), "{path}");
        }
        web.put("site", "gone/here", "there");
        assert_eq!(get(&web, "/gone/here").body, "there");
        let page = json!({ "Bucket": "site", "Key": "page", "WebsiteRedirectLocation": "/elsewhere" });
        web.json("PutObject", page);
        let answer = get(&web, "/page");
        assert_eq!(
            (answer.status, answer.header("location")),
            (301, "http://site.s3-website.localhost:4566/elsewhere")
        );
    }

    /// What a policy or a list doesn't let everybody read, the site doesn't show.
    #[test]
    fn a_site_shows_what_everybody_may_read() {
        let web = site(plain());
        web.put("site", "index.html", "home");
        assert_eq!(get(&web, "/").status, 200);
        web.call::<op::DeleteBucketPolicy>(shapes_s3::DeleteBucketPolicyRequest {
            bucket: "site".to_owned(),
            ..Default::default()
        });
        let denied = get(&web, "/");
        assert_eq!((denied.status, denied.header("x-amz-error-code")), (403, "AccessDenied"));
        assert!(
            denied.body.contains("An Error Occurred While Attempting to Retrieve a Custom Error Document")
        );
    }
}
