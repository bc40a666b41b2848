//! Where calls are decided: in the account that owns the table they name, in the table's own lane, so that writes of
//! different tables don't wait for each other. A call on several tables takes all their lanes at once.

use kernel::{Place, Scope};

use shapes_dynamodb::UpdateTableInput;

use crate::names::Arn;
use crate::replica::in_region;

/// The lane of a table.
pub(crate) fn lane(scope: &Scope, table: &str) -> String {
    format!("{}/{}/{table}", scope.account, scope.region)
}

/// The place of a call on one table, by name or ARN.
pub(crate) fn table(scope: Scope, name_or_arn: &str) -> Place {
    tables(scope, std::iter::once(name_or_arn))
}

/// The place of `UpdateTable`: also in the lanes of the replicas that it names.
pub(crate) fn update_table(scope: Scope, i: &UpdateTableInput) -> Place {
    let mut place = table(scope, &i.table_name);
    let name = crate::names::bare(&i.table_name);
    for update in i.replica_updates.iter().flatten() {
        let create = update.create.as_ref().map(|c| &c.region_name);
        let change = update.update.as_ref().map(|u| &u.region_name);
        let named = create.or(change).or(update.delete.as_ref().map(|d| &d.region_name));
        if let Some(other) = named.and_then(|region| in_region(&place.scope, region)) {
            place.lanes.push(lane(&other, name));
        }
    }
    place.lanes.sort();
    place.lanes.dedup();
    place
}

/// The place of a call on several tables: the account of the first one named by ARN.
pub(crate) fn tables<'a>(scope: Scope, names_or_arns: impl Iterator<Item = &'a str> + Clone) -> Place {
    let owner = names_or_arns.clone().find_map(|n| Some(Arn::parse(n)?.account.to_owned()));
    let scope = match owner.filter(|o| !o.is_empty()) {
        Some(account) => Scope { account, ..scope },
        None => scope,
    };
    let mut lanes: Vec<String> = names_or_arns.map(|n| lane(&scope, crate::names::bare(n))).collect();
    lanes.sort();
    lanes.dedup();
    Place { lanes, ..Place::at(scope) }
}

/// The same, and nobody else with that token beside it.
pub(crate) fn with_token(place: Place, token: Option<&str>) -> Place {
    match token {
        Some(token) => {
            let lane = format!("{}/{}//{token}", place.scope.account, place.scope.region);
            place.lane(lane)
        }
        None => place,
    }
}

/// The place of PartiQL statements.
pub(crate) fn statements<'a>(scope: Scope, texts: impl Iterator<Item = &'a str>) -> Place {
    let tables: Vec<String> = texts.filter_map(crate::ops::statements::table_of).collect();
    self::tables(scope, tables.iter().map(String::as_str))
}
