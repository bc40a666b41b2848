//! Scenarios: behaviour as data. A file is one test: calls, expectations, and what happens in between.
//!
//! ```text
//! # A received message stays hidden for the visibility timeout, then returns.
//! # source: SQS developer guide, "visibility timeout" (documented)
//! > sqs create-queue --queue-name q
//! > sqs send-message --queue q --message-body hi
//! > sqs receive-message --queue q
//! expect Messages[0].Body = hi
//! save handle = Messages[0].ReceiptHandle
//! @advance 30s
//! > sqs receive-message --queue q
//! expect count Messages = 1
//! > sqs delete-message --queue nowhere --receipt-handle ${handle}
//! expect error AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist.
//! ```
//!
//! | line | meaning |
//! | --- | --- |
//! | `# source: …` | provenance: what is documented, recorded (with its date) or inferred; every file has one |
//! | `> service operation --member value …` | a call; members by model name in any casing, dashes ignored; values are text, JSON, or `key=value,…` for maps and structures, several words for lists; it must succeed unless an `expect error` follows |
//! | `expect path = value` | the output's member at that path, as text or JSON; `BLESS=1` rewrites the value |
//! | `expect path ~ part` | the text there contains `part` |
//! | `expect path absent` / `expect path present` | |
//! | `expect count path = n` | items of the list or map there (absent counts 0) |
//! | `expect error Code` / `expect error Code: text` | the call before was refused so; a text may hold `*` |
//! | `save name = path` | keeps a value; `${name}` stands for it afterwards |
//! | `@advance 30s` | the clock moves on; everything due happens |
//! | `@as root [account]` / `@as key ID SECRET [TOKEN]` / `@as anonymous` / `@as service NAME SOURCE_ARN` | who calls from here on; a key is asked for at every call, so it may expire or be gone |
//! | `@region us-west-2` | where |
//! | `@request key=value …` | `source_ip`, `secure`, `user_agent`, `referer`, `query` (protocol) |
//! | `@fault {json}` / `@fault clear` | adds a fault; removes all |
//! | `@oidc https://issuer {"keys": […]}` | hands over the keys of an issuer of web identity tokens |
//! | `@restart` | the program stops and starts again over the same store; every service's invariants are checked |
//! | `@profile real` | it starts again with AWS's limits and the time that things take there; `@profile dev` as before |
//!
//! Continuation: a line that ends in a backslash goes on in the next one.

mod args;
mod expect;
mod parse;
mod run;

pub use run::{Outcome, run_file, run_tree, texts};
