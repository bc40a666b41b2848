//! Precedence, conflicts and texts of settings.

use super::*;

fn read(flags: &str, env: &[(&str, &str)], file: &[(&'static str, &str)]) -> Result<Settings, Failure> {
    let words: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
    let args = Args::parse(&words, FLAGS, &[])?;
    let env: Vec<(OsString, OsString)> = env.iter().map(|(k, v)| (k.into(), v.into())).collect();
    let mut given = gather(&args, &env)?;
    given.file = "t.toml".into();
    for (name, value) in file {
        given.put(name, (*value).to_owned(), Source::File);
    }
    choose::settings(&given)
}

fn refused(flags: &str, env: &[(&str, &str)], file: &[(&'static str, &str)]) -> String {
    let failure = read(flags, env, file).map(|s| format!("{s:?}")).unwrap_err();
    assert_eq!(failure.code, 2);
    failure.text
}

#[test]
fn flag_over_environment_over_file_over_default() {
    let env = [("TABLETOP_PORT", "2"), ("TABLETOP_ACCOUNT", "")];
    let file = [("port", "1"), ("guest", "true")];
    assert_eq!(read("", &[], &[]).unwrap().port, 4566);
    assert_eq!(read("", &[], &file).unwrap().port, 1);
    assert_eq!(read("", &env, &file).unwrap().port, 2);
    let all = read("--port 3", &env, &file).unwrap();
    assert_eq!((all.port, all.guest, all.account.as_str()), (3, true, "000000000000"));
}

#[test]
fn memory_or_a_folder() {
    let memory = |flags, env: &[(&str, &str)], file: &[(&'static str, &str)]| {
        read(flags, env, file).unwrap().place == Place::Memory
    };
    assert!(memory("--ephemeral", &[], &[]));
    assert!(memory("--durability memory", &[], &[]));
    assert!(
        memory("--ephemeral", &[], &[("data", "d"), ("durability", "power")]),
        "the flag stands over the file"
    );
    assert!(!memory("--data d", &[("TABLETOP_EPHEMERAL", "1")], &[]), "and here over the environment");
    assert!(!memory("", &[("TABLETOP_EPHEMERAL", "0")], &[]));
    let text = refused("--ephemeral --data d", &[], &[]);
    assert_eq!(text, "--ephemeral keeps nothing, and --data asks to keep: choose one");
    let text = refused("", &[("TABLETOP_EPHEMERAL", "1"), ("TABLETOP_DURABILITY", "power")], &[]);
    assert_eq!(text, "TABLETOP_EPHEMERAL keeps nothing, and TABLETOP_DURABILITY asks to keep: choose one");
    let text = refused("--durability memory --data d", &[], &[]);
    assert_eq!(text, "--durability keeps nothing, and --data asks to keep: choose one");
}

#[test]
fn wrong_values_are_named_as_they_were_given() {
    for (flags, env, file, text) in [
        ("--port x", "", "", "--port is a number from 0 to 65535, not 'x'"),
        ("", "99999", "", "TABLETOP_PORT is a number from 0 to 65535, not '99999'"),
        ("", "", "-1", "port in t.toml is a number from 0 to 65535, not '-1'"),
        ("--account 12", "", "", "--account is twelve digits, not '12'"),
        ("--host here", "", "", "--host is an IP address such as 127.0.0.1 or 0.0.0.0, not 'here'"),
        ("--trail-keep many", "", "", "--trail-keep is a whole number, not 'many'"),
        ("--profile rael", "", "", "--profile: unknown profile 'rael'; did you mean 'real'?"),
        ("--durability proces", "", "", "--durability: unknown durability 'proces'; did you mean 'process'?"),
        ("--region us-esat-1", "", "", "--region: unknown region 'us-esat-1'; did you mean 'us-east-1'?"),
        ("--porrt 1", "", "", "unknown flag '--porrt'; did you mean '--port'?"),
    ] {
        let env: Vec<(&str, &str)> =
            [("TABLETOP_PORT", env)].into_iter().filter(|(_, v)| !v.is_empty()).collect();
        let file: Vec<(&'static str, &str)> =
            [("port", file)].into_iter().filter(|(_, v)| !v.is_empty()).collect();
        assert_eq!(refused(flags, &env, &file), text);
    }
}

#[test]
fn unknown_variables_name_the_nearest() {
    assert_eq!(
        refused("", &[("TABLETOP_PROT", "1")], &[]),
        "unknown environment variable 'TABLETOP_PROT'; did you mean 'TABLETOP_PORT'?"
    );
    assert!(read("", &[("TABLETOP_ENDPOINT", "http://x"), ("OTHER_PROT", "1")], &[]).is_ok());
}

/// `BLESS=1` writes it there.
#[test]
fn the_documentation_has_the_table_of_settings() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once("-->\n").unwrap();
    let (table, after) = rest.split_once("<!-- end of settings").unwrap();
    let wanted = crate::help::settings_table();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, format!("{before}-->\n{wanted}<!-- end of settings{after}")).unwrap();
        return;
    }
    assert_eq!(table, wanted, "run `BLESS=1 cargo test -p tabletop --lib`");
}
