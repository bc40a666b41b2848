//! A service to answer requests with: it borrows the names of IAM's `ListUsers`, which it answers in pages, and of
//! `CreateUser`, which it keeps. It does nothing that IAM does.

use codec::{Fault, Op, Value};
use kernel::{Cx, Guard, Operation, Service};
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

#[derive(Default)]
struct User(String);

impl Row for User {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.0);
    }
    fn read(r: &mut RowReader<'_>) -> Result<User, RowError> {
        Ok(User(r.get(1)?))
    }
}

struct Users;
impl Table for Users {
    const NAME: &'static str = "toy.users";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = User;
}

struct ListUsers;
impl Op for ListUsers {
    type Input = Value;
    type Output = Value;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListUsers";
}

struct CreateUser;
impl Op for CreateUser {
    type Input = Value;
    type Output = Value;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreateUser";
}

fn text<'v>(input: &'v Value, name: &str) -> Option<&'v str> {
    input.get(name).and_then(Value::as_str)
}

fn list(cx: &mut Cx, input: &Value) -> Result<Value, Fault> {
    let filters = [text(input, "PathPrefix").unwrap_or_default()];
    let after = cx
        .page_start("ListUsers", &filters, text(input, "Marker"))
        .map_err(|_| Fault::new("ValidationError", 400, "the marker is not one of ours"))?;
    if let Some(after) = &after {
        // A token that opens is the token that we would give.
        assert_eq!(Some(cx.page_token("ListUsers", &filters, after).as_str()), text(input, "Marker"));
    }
    let scan = after.map_or_else(Scan::<Users>::all, |after| Scan::all().after(&after));
    let names: Vec<String> = cx.scan::<Users>(scan)?.map(|(key, _)| key).collect();
    let page = cx.page("ListUsers", &filters, 1, names.into_iter(), Clone::clone);
    let model = model::service("iam").expect("IAM has a model");
    let shape = model.operation("ListUsers").and_then(|o| o.output).map(|id| model.shape(id));
    let members = [
        ("IsTruncated", Value::Bool(page.next.is_some())),
        ("Marker", page.next.map_or(Value::Null, Value::String)),
    ];
    Ok(Value::of(shape.expect("it has an output"), members))
}

fn create(cx: &mut Cx, input: &Value) -> Result<Value, Fault> {
    let name = text(input, "UserName").unwrap_or_default().to_owned();
    cx.put::<Users>(&name, &User(text(input, "Path").unwrap_or_default().to_owned()));
    Ok(Value::record())
}

/// The service.
pub fn service() -> Service {
    let any = |_: &Cx, _: &Value| Ok(Guard::any());
    Service {
        id: "iam",
        model_hash: 0,
        iam_prefix: "iam",
        global: true,
        keyspaces: &["toy"],
        writes_directory: false,
        operations: vec![
            Operation::read::<ListUsers>(any, list),
            Operation::write::<CreateUser>(any, create),
        ],
        on_timer: |_, _| Ok(()),
        reset: |_| Ok(()),
        check: |_| Ok(()),
        plane: None,
    }
}
