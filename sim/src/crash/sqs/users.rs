//! Users that the writers made: after a crash those answered are there, their policies count, their keys work.

use bench::request::Call;
use serde_json::json;

use crate::client::Client;
use crate::crash::sqs::writer::User;

/// The users that should be there.
#[derive(Default)]
pub struct Users {
    there: Vec<User>,
    /// Deleted, and that was answered.
    gone: Vec<String>,
    /// Made in all.
    pub made: u64,
}

impl Users {
    /// Notes a user of a writer.
    pub fn add(&mut self, user: Option<User>) {
        self.made += u64::from(user.as_ref().is_some_and(|u| u.created));
        self.there.extend(user);
    }

    /// Looks at each; says what is wrong.
    pub fn verify(&mut self, client: &mut Client) -> Result<Vec<String>, String> {
        let mut wrong = Vec::new();
        let form = "Action=ListUsers&MaxItems=1000".to_owned();
        let listed = client.iam(form).map_err(|e| e.to_string())?.text();
        let is_listed = |name: &str| listed.contains(&format!("<UserName>{name}</UserName>"));
        for name in self.gone.drain(..).filter(|name| is_listed(name)) {
            wrong.push(format!("user {name} came back"));
        }
        for user in self.there.iter().filter(|u| u.created) {
            if !is_listed(&user.name) {
                wrong.push(format!("user {} is lost", user.name));
            }
            let Some((id, secret)) = &user.key else { continue };
            let who = client.call_as(&Call::who_am_i(), id, secret).map_err(|e| e.to_string())?;
            if who.status != 200 || !who.text().contains(&format!(":user/{}<", user.name)) {
                wrong.push(format!("key {id} of {} answers {} {}", user.name, who.status, who.text()));
            }
            let call = Call::sqs("AmazonSQS.GetQueueUrl", json!({ "QueueName": "crash" }));
            let may = client.call_as(&call, id, secret).map_err(|e| e.to_string())?;
            if user.allowed && may.status != 200 {
                wrong.push(format!("the policy of {} doesn't count: {}", user.name, may.text()));
            }
        }
        Ok(wrong)
    }

    /// Deletes them, so that the account doesn't fill up, and so that deletions meet crashes too.
    pub fn clear(&mut self, client: &mut Client) -> Result<(), String> {
        for user in std::mem::take(&mut self.there) {
            let name = &user.name;
            let listed = client.iam(format!("Action=ListAccessKeys&UserName={name}"));
            if let Some(id) = listed.map_err(|e| e.to_string())?.element("AccessKeyId") {
                step(client, format!("Action=DeleteAccessKey&UserName={name}&AccessKeyId={id}"))?;
            }
            // Both may be missing where their making was never answered.
            step(client, format!("Action=DeleteUserPolicy&UserName={name}&PolicyName=p"))?;
            step(client, format!("Action=DeleteUser&UserName={name}"))?;
            self.gone.push(user.name);
        }
        Ok(())
    }
}

fn step(client: &mut Client, form: String) -> Result<(), String> {
    let answer = client.iam(form.clone()).map_err(|e| e.to_string())?;
    match answer.status {
        200 | 404 => Ok(()),
        status => Err(format!("{form} answered {status} {}", answer.text())),
    }
}
