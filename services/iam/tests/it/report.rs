//! The credential report's lines, column by column.
//! Source: IAM user guide, "Generate credential reports for your AWS account".

use codec::Empty;
use directory::Identity;
use service_iam::service;
use shapes_iam::*;
use testkit::{EPOCH_MS, Lab};

const DAY_MS: i64 = 86_400_000;

fn report(lab: &Lab) -> Vec<Vec<String>> {
    lab.call::<op::GenerateCredentialReport>(Empty {}).unwrap();
    let content = lab.call::<op::GetCredentialReport>(Empty {}).unwrap().content.unwrap().0;
    let text = String::from_utf8(content).unwrap();
    text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn every_column_says_what_is_so() {
    let lab = Lab::new(vec![service()]);
    let user = |name: &str| CreateUserRequest { user_name: name.to_owned(), ..CreateUserRequest::default() };
    lab.call::<op::CreateUser>(user("plain")).unwrap();
    lab.call::<op::CreateUser>(user("whole")).unwrap();
    let policy = UpdateAccountPasswordPolicyRequest {
        max_password_age: Some(90),
        ..UpdateAccountPasswordPolicyRequest::default()
    };
    lab.call::<op::UpdateAccountPasswordPolicy>(policy).unwrap();
    lab.advance(DAY_MS);
    let login = CreateLoginProfileRequest {
        user_name: Some("whole".to_owned()),
        password: Some("Secret-123".to_owned()),
        password_reset_required: None,
    };
    lab.call::<op::CreateLoginProfile>(login).unwrap();
    let key = CreateAccessKeyRequest { user_name: Some("whole".to_owned()) };
    let key = lab.call::<op::CreateAccessKey>(key).unwrap().access_key;
    lab.advance(DAY_MS);
    let store = &lab.kernel.store;
    let found = lab.kernel.directory.credential(store, &key.access_key_id, "000000000000", "aws").unwrap();
    let whole = Identity::clone(&found.unwrap().identity);
    lab.call_as::<op::ListUsers>(&whole, lab.scope(), ListUsersRequest::default()).err().unwrap();
    lab.advance(DAY_MS);

    let lines = report(&lab);
    let time = |days: i64| kernel::text::iso_time(EPOCH_MS + days * DAY_MS).replace('Z', "+00:00");
    assert_eq!((lines.len(), lines[0].len(), lines[0][8].as_str()), (4, 22, "access_key_1_active"));
    assert!(lines.iter().all(|l| l.len() == 22));
    assert_eq!(
        lines[1][..5],
        ["<root_account>", "arn:aws:iam::000000000000:root", &time(0), "not_supported", "no_information"]
    );
    assert_eq!(lines[2][3..9], ["false", "N/A", "N/A", "N/A", "false", "false"]);
    assert_eq!(lines[2][9..13], ["N/A", "N/A", "N/A", "N/A"]);
    let w = &lines[3];
    assert_eq!(w[..3], ["whole", "arn:aws:iam::000000000000:user/whole", &time(0)]);
    assert_eq!(w[3..8], ["true", "no_information", &time(1), &time(91), "false"]);
    assert_eq!(w[8..13], ["true", &time(1), &time(2), "us-east-1", "iam"]);
    assert_eq!(w[13..15], ["false", "N/A"]);
    assert_eq!(w[18..], ["false", "N/A", "false", "N/A"]);
}

#[test]
fn a_report_of_many_users_is_whole() {
    let lab = Lab::new(vec![service()]);
    for n in 0..600 {
        let name = format!("user-with-a-rather-long-name-{n:04}");
        let input = CreateUserRequest { user_name: name, ..CreateUserRequest::default() };
        lab.call::<op::CreateUser>(input).unwrap();
    }
    let lines = report(&lab);
    assert_eq!(lines.len(), 602);
    assert!(lines.iter().all(|l| l.len() == 22));
}
