//! Who was last used when survives a restart, and attempts count, whoever makes them.

use codec::Empty;
use directory::{Identity, IdentityKind};
use store::Store;

use crate::toy::{Poke, START_MS, kernel, root, scope};

#[tokio::test]
async fn last_uses_are_noted_by_key_and_by_principal_and_written_down() {
    let store = Store::memory();
    let user = Identity {
        kind: IdentityKind::User,
        arn: "arn:aws:iam::000000000000:user/u".to_owned(),
        access_key_id: "AKIAU".to_owned(),
        ..root()
    };
    let k = kernel(store.clone());
    k.call::<Poke>(&user, scope(), Empty {}).await.expect("it works");
    let service = Identity::service("aws", "sns.amazonaws.com", "000000000000", None);
    k.call::<Poke>(&service, scope(), Empty {}).await.expect("it works");
    k.flush().expect("the store works");
    drop(k);

    let uses = &kernel(store).directory.last_uses;
    for subject in ["AKIAU", "arn:aws:iam::000000000000:user/u|iam"] {
        let u = uses.get(subject).unwrap_or_else(|| panic!("{subject} was used"));
        assert_eq!((u.at_ms, u.service.as_str(), u.region.as_str()), (START_MS, "iam", "us-east-1"));
    }
    assert_eq!(uses.with_prefix("").len(), 2);
}
