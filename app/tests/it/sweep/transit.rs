//! Lists about transit gateways for the walks (`walks.rs`), with enough in them to be walked five items a page.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use serde_json::{Value, json};
use testkit::Lab;

use super::walks::call;

type Walk = (&'static str, &'static str, Value, usize);

fn made(lab: &Lab, operation: &str, input: Value, path: &str) -> String {
    call(lab, "ec2", operation, &input).pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Six gateways, the first of them peered with the others and with tables of its own. Tells the first one's default table
/// and its attachment to the default VPC.
fn fill(lab: &Lab) -> (String, String) {
    let raise = json!({"ServiceCode": "ec2", "QuotaCode": "L-A2478D36", "DesiredValue": 6});
    call(lab, "service-quotas", "RequestServiceQuotaIncrease", &raise);
    let default = json!({"Filters": [{"Name": "default-for-az", "Values": ["true"]}]});
    let subnets = call(lab, "ec2", "DescribeSubnets", &default);
    let (vpc, subnet) = (&subnets["Subnets"][0]["VpcId"], &subnets["Subnets"][0]["SubnetId"]);
    let (mut gateways, mut attachment, mut tables) = (Vec::new(), String::new(), Vec::new());
    for n in 0..6 {
        let gateway = call(lab, "ec2", "CreateTransitGateway", &json!({}))["TransitGateway"].clone();
        let id = gateway["TransitGatewayId"].as_str().unwrap().to_owned();
        tables.push(gateway["Options"]["AssociationDefaultRouteTableId"].as_str().unwrap().to_owned());
        if n < 5 {
            let to = json!({"TransitGatewayId": id, "VpcId": vpc, "SubnetIds": [subnet]});
            let path = "/TransitGatewayVpcAttachment/TransitGatewayAttachmentId";
            let made = made(lab, "CreateTransitGatewayVpcAttachment", to, path);
            attachment = if n == 0 { made } else { attachment };
        }
        gateways.push(id);
    }
    let table = tables.swap_remove(0);
    for other in &gateways[1..] {
        peer(lab, &gateways[0], other, &table);
    }
    let lists = json!({"Filters": [{"Name": "prefix-list-name", "Values": ["p"]}]});
    let lists = call(lab, "ec2", "DescribeManagedPrefixLists", &lists)["PrefixLists"].clone();
    for n in 0..6 {
        let own = json!({"TransitGatewayId": gateways[0]});
        let path = "/TransitGatewayRouteTable/TransitGatewayRouteTableId";
        let own = made(lab, "CreateTransitGatewayRouteTable", own, path);
        let to = json!({"TransitGatewayRouteTableId": own, "TransitGatewayAttachmentId": attachment});
        made(lab, "EnableTransitGatewayRouteTablePropagation", to, "");
        let route = json!({"TransitGatewayRouteTableId": table, "DestinationCidrBlock": format!("10.{n}.0.0/16"),
            "Blackhole": true});
        made(lab, "CreateTransitGatewayRoute", route, "");
        let list = json!({"TransitGatewayRouteTableId": table, "PrefixListId": lists[n]["PrefixListId"], "Blackhole": true});
        made(lab, "CreateTransitGatewayPrefixListReference", list, "");
    }
    (table, attachment)
}

fn peer(lab: &Lab, one: &str, other: &str, table: &str) {
    let ask = json!({"TransitGatewayId": one, "PeerTransitGatewayId": other, "PeerAccountId": "000000000000",
        "PeerRegion": "us-east-1"});
    let peering = call(lab, "ec2", "CreateTransitGatewayPeeringAttachment", &ask);
    let peering = &peering["TransitGatewayPeeringAttachment"];
    let accept = json!({"TransitGatewayAttachmentId": peering["AccepterTransitGatewayAttachmentId"]});
    made(lab, "AcceptTransitGatewayPeeringAttachment", accept, "");
    let to = json!({"TransitGatewayRouteTableId": table,
        "TransitGatewayAttachmentId": peering["TransitGatewayAttachmentId"]});
    made(lab, "AssociateTransitGatewayRouteTable", to, "");
}

/// Lists, and how many items at least they have to show.
pub fn lists(lab: &Lab) -> Vec<Walk> {
    let (table, attachment) = fill(lab);
    let (of_table, of_attachment) =
        (json!({"TransitGatewayRouteTableId": table}), json!({"TransitGatewayAttachmentId": attachment}));
    let all =
        json!({"TransitGatewayRouteTableId": table, "Filters": [{"Name": "type", "Values": ["static"]}]});
    vec![
        ("ec2", "DescribeTransitGateways", json!({}), 6),
        ("ec2", "DescribeTransitGatewayAttachments", json!({}), 15),
        ("ec2", "DescribeTransitGatewayVpcAttachments", json!({}), 5),
        ("ec2", "DescribeTransitGatewayPeeringAttachments", json!({}), 10),
        ("ec2", "DescribeTransitGatewayRouteTables", json!({}), 12),
        ("ec2", "GetTransitGatewayRouteTableAssociations", of_table.clone(), 6),
        ("ec2", "GetTransitGatewayRouteTablePropagations", of_table.clone(), 1),
        ("ec2", "GetTransitGatewayAttachmentPropagations", of_attachment, 6),
        ("ec2", "GetTransitGatewayPrefixListReferences", of_table, 6),
        ("ec2", "SearchTransitGatewayRoutes", all, 6),
    ]
}
