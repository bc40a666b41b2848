//! Certificates and keys that are really read. The files in `data/` were made for these tests with OpenSSL and ssh-keygen on
//! 2026-11-22 and protect nothing.

use service_iam::service;
use shapes_iam::*;
use testkit::Lab;

const LEAF: &str = include_str!("data/leaf.pem");
const LEAF_KEY: &str = include_str!("data/leaf.key");
const LEAF_KEY_PKCS1: &str = include_str!("data/leaf.pkcs1.key");
const CA: &str = include_str!("data/ca.pem");
const EC: &str = include_str!("data/ec.pem");
const EC_KEY: &str = include_str!("data/ec.key");
const SSH: &str = include_str!("data/ssh.pub");
/// What `ssh-keygen -l -E md5` says of it.
const SSH_MD5: &str = "ee:48:73:0d:e7:55:5d:8f:a2:64:85:0d:dd:6c:b5:d4";

fn lab() -> Lab {
    Lab::new(vec![service()])
}

fn upload(name: &str, body: &str, key: &str, chain: Option<&str>) -> UploadServerCertificateRequest {
    UploadServerCertificateRequest {
        server_certificate_name: name.to_owned(),
        certificate_body: body.to_owned(),
        private_key: key.to_owned(),
        certificate_chain: chain.map(str::to_owned),
        ..UploadServerCertificateRequest::default()
    }
}

#[test]
fn a_server_certificate_must_parse_fit_its_key_and_follow_its_chain() {
    let lab = lab();
    let refused = |input, code: &str, text: &str| {
        let f = lab.call::<op::UploadServerCertificate>(input).err().unwrap();
        assert_eq!((f.code(), f.message().contains(text)), (code, true), "{}", f.message());
    };
    let pem = "Unable to parse certificate. Please ensure the certificate is in PEM format.";
    refused(upload("a", "nonsense", LEAF_KEY, None), "MalformedCertificate", pem);
    refused(upload("a", &format!("{LEAF}{CA}"), LEAF_KEY, None), "MalformedCertificate", pem);
    refused(upload("a", LEAF, "nonsense", None), "MalformedCertificate", "private key");
    refused(upload("a", LEAF, EC_KEY, None), "KeyPairMismatch", "do not match");
    let invalid = "The index within the chain of the invalid certificate is:";
    refused(upload("a", LEAF, LEAF_KEY, Some("nonsense")), "MalformedCertificate", &format!("{invalid} -1"));
    refused(upload("a", LEAF, LEAF_KEY, Some(EC)), "MalformedCertificate", &format!("{invalid} 0"));

    let made = lab.call::<op::UploadServerCertificate>(upload("a", LEAF, LEAF_KEY, Some(CA))).unwrap();
    let made = made.server_certificate_metadata.unwrap();
    // `openssl x509 -enddate`: Jun 16 17:23:28 2125 GMT.
    let expiry = kernel::text::parse_time("2125-06-16T17:23:28Z");
    assert_eq!(made.expiration.map(|t| t.epoch_ms), expiry);
    assert_eq!(made.arn, "arn:aws:iam::000000000000:server-certificate/a");
    assert!(made.server_certificate_id.starts_with("ASCA"));
    refused(upload("A", LEAF, LEAF_KEY, None), "EntityAlreadyExists", "name A already exists");
    lab.call::<op::UploadServerCertificate>(upload("b", LEAF, LEAF_KEY_PKCS1, None)).unwrap();
    lab.call::<op::UploadServerCertificate>(upload("c", EC, EC_KEY, None)).unwrap();
}

#[test]
fn server_certificates_are_shown_listed_renamed_tagged_deleted() {
    let lab = lab();
    for name in ["one", "two"] {
        lab.call::<op::UploadServerCertificate>(upload(name, LEAF, LEAF_KEY, Some(CA))).unwrap();
    }
    let rename = UpdateServerCertificateRequest {
        server_certificate_name: "two".to_owned(),
        new_path: Some("/cdn/".to_owned()),
        new_server_certificate_name: Some("one".to_owned()),
    };
    let f = lab.call::<op::UpdateServerCertificate>(rename.clone()).err().unwrap();
    assert_eq!(f.code(), "EntityAlreadyExists");
    let rename =
        UpdateServerCertificateRequest { new_server_certificate_name: Some("zwei".to_owned()), ..rename };
    lab.call::<op::UpdateServerCertificate>(rename).unwrap();
    let get = |name: &str| {
        let server_certificate_name = name.to_owned();
        lab.call::<op::GetServerCertificate>(GetServerCertificateRequest { server_certificate_name })
    };
    let f = get("two").err().unwrap();
    assert_eq!(f.message(), "The Server Certificate with name two cannot be found.");
    let shown = get("zwei").unwrap().server_certificate;
    assert_eq!(
        shown.server_certificate_metadata.arn,
        "arn:aws:iam::000000000000:server-certificate/cdn/zwei"
    );
    assert_eq!(shown.certificate_body, LEAF.trim());
    assert_eq!(shown.certificate_chain.as_deref(), Some(CA.trim()));

    let list = |path: Option<&str>, max: Option<i32>, marker: Option<String>| {
        let path_prefix = path.map(str::to_owned);
        let input = ListServerCertificatesRequest { path_prefix, marker, max_items: max };
        lab.call::<op::ListServerCertificates>(input).unwrap()
    };
    let names = |l: &ListServerCertificatesResponse| {
        let all = l.server_certificate_metadata_list.iter().map(|m| m.server_certificate_name.clone());
        all.collect::<Vec<_>>()
    };
    let first = list(None, Some(1), None);
    assert_eq!((names(&first), first.is_truncated), (vec!["one".to_owned()], Some(true)));
    let second = list(None, Some(1), first.marker);
    assert_eq!((names(&second), second.is_truncated), (vec!["zwei".to_owned()], Some(false)));
    assert_eq!(names(&list(Some("/cdn/"), None, None)), ["zwei"]);

    let name = || "one".to_owned();
    let tag = Tag { key: "k".to_owned(), value: "v".to_owned() };
    lab.call::<op::TagServerCertificate>(TagServerCertificateRequest {
        server_certificate_name: name(),
        tags: vec![tag],
    })
    .unwrap();
    let list_tags = || {
        let server_certificate_name = name();
        let input =
            ListServerCertificateTagsRequest { server_certificate_name, marker: None, max_items: None };
        lab.call::<op::ListServerCertificateTags>(input).unwrap().tags.len()
    };
    assert_eq!(list_tags(), 1);
    let untag =
        UntagServerCertificateRequest { server_certificate_name: name(), tag_keys: vec!["k".to_owned()] };
    lab.call::<op::UntagServerCertificate>(untag).unwrap();
    assert_eq!(list_tags(), 0);
    let delete = DeleteServerCertificateRequest { server_certificate_name: name() };
    lab.call::<op::DeleteServerCertificate>(delete.clone()).unwrap();
    assert_eq!(lab.call::<op::DeleteServerCertificate>(delete).err().unwrap().code(), "NoSuchEntity");
}

fn with_user(lab: &Lab) {
    let input = CreateUserRequest { user_name: "u".to_owned(), ..CreateUserRequest::default() };
    lab.call::<op::CreateUser>(input).unwrap();
}

#[test]
fn signing_certificates_two_a_user() {
    let lab = lab();
    with_user(&lab);
    let upload = |body: &str| {
        let certificate_body = body.to_owned();
        let input = UploadSigningCertificateRequest { user_name: Some("u".to_owned()), certificate_body };
        lab.call::<op::UploadSigningCertificate>(input).map(|r| r.certificate)
    };
    assert_eq!(upload("nonsense").err().unwrap().code(), "MalformedCertificate");
    let first = upload(LEAF).unwrap();
    assert_eq!((first.status.as_str(), first.certificate_id.len()), ("Active", 32));
    assert_eq!(upload(LEAF).err().unwrap().code(), "DuplicateCertificate");
    upload(EC).unwrap();
    let f = upload(CA).err().unwrap();
    assert_eq!((f.code(), f.message()), ("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2"));

    let update = UpdateSigningCertificateRequest {
        user_name: Some("u".to_owned()),
        certificate_id: first.certificate_id.clone(),
        status: "Inactive".to_owned(),
    };
    lab.call::<op::UpdateSigningCertificate>(update).unwrap();
    let list = |max_items, marker| {
        let input = ListSigningCertificatesRequest { user_name: Some("u".to_owned()), marker, max_items };
        lab.call::<op::ListSigningCertificates>(input).unwrap()
    };
    let (one, all) = (list(Some(1), None), list(None, None));
    let rest = list(Some(1), one.marker.clone());
    assert_eq!((one.certificates.len(), rest.certificates.len(), rest.is_truncated), (1, 1, Some(false)));
    let inactive = all.certificates.iter().find(|c| c.status == "Inactive").unwrap();
    assert_eq!(inactive.certificate_id, first.certificate_id);

    let delete_user = DeleteUserRequest { user_name: "u".to_owned() };
    let f = lab.call::<op::DeleteUser>(delete_user.clone()).err().unwrap();
    assert_eq!(f.message(), "Cannot delete entity, must delete referenced objects first.");
    for c in all.certificates {
        let input = DeleteSigningCertificateRequest {
            user_name: Some(c.user_name),
            certificate_id: c.certificate_id,
        };
        lab.call::<op::DeleteSigningCertificate>(input).unwrap();
    }
    lab.call::<op::DeleteUser>(delete_user).unwrap();
    lab.kernel.check().unwrap();
}

#[test]
fn ssh_keys_in_both_encodings() {
    let lab = lab();
    with_user(&lab);
    let upload = |body: &str| {
        let ssh_public_key_body = body.to_owned();
        let input = UploadSSHPublicKeyRequest { user_name: "u".to_owned(), ssh_public_key_body };
        lab.call::<op::UploadSSHPublicKey>(input).map(|r| r.ssh_public_key.unwrap())
    };
    assert_eq!(upload("ssh-rsa AAAA").err().unwrap().code(), "InvalidPublicKey");
    let made = upload(SSH).unwrap();
    assert_eq!(made.fingerprint, SSH_MD5);
    assert!(made.ssh_public_key_id.starts_with("APKA"));
    let get = |encoding: &str| {
        let (user_name, ssh_public_key_id) = ("u".to_owned(), made.ssh_public_key_id.clone());
        let input = GetSSHPublicKeyRequest { user_name, ssh_public_key_id, encoding: encoding.to_owned() };
        lab.call::<op::GetSSHPublicKey>(input).unwrap().ssh_public_key.unwrap().ssh_public_key_body
    };
    assert!(SSH.starts_with(&get("SSH")));
    let pem = get("PEM");
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{pem}");
    assert_eq!(upload(&pem).err().unwrap().code(), "DuplicateSSHPublicKey");

    let update = UpdateSSHPublicKeyRequest {
        user_name: "u".to_owned(),
        ssh_public_key_id: made.ssh_public_key_id.clone(),
        status: "Inactive".to_owned(),
    };
    lab.call::<op::UpdateSSHPublicKey>(update).unwrap();
    let list = ListSSHPublicKeysRequest { user_name: Some("u".to_owned()), marker: None, max_items: Some(1) };
    let listed = lab.call::<op::ListSSHPublicKeys>(list).unwrap();
    let keys = listed.ssh_public_keys.unwrap();
    assert_eq!((keys.len(), keys[0].status.as_str(), listed.is_truncated), (1, "Inactive", Some(false)));
    let delete = DeleteSSHPublicKeyRequest {
        user_name: "u".to_owned(),
        ssh_public_key_id: made.ssh_public_key_id.clone(),
    };
    lab.call::<op::DeleteSSHPublicKey>(delete.clone()).unwrap();
    let f = lab.call::<op::DeleteSSHPublicKey>(delete).err().unwrap();
    let text = format!("The Public Key with id {} cannot be found.", made.ssh_public_key_id);
    assert_eq!((f.code(), f.message()), ("NoSuchEntity", text.as_str()));
}

#[test]
fn an_account_has_twenty_server_certificates_at_most() {
    let lab = lab();
    for n in 0..20 {
        lab.call::<op::UploadServerCertificate>(upload(&format!("c{n}"), LEAF, LEAF_KEY, None)).unwrap();
    }
    let f = lab.call::<op::UploadServerCertificate>(upload("c20", LEAF, LEAF_KEY, None)).err().unwrap();
    assert_eq!(f.message(), "Cannot exceed quota for ServerCertificatesPerAccount: 20");
}
