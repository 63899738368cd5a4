//! Ways through a load balancer.

use super::*;

fn balancer() -> String {
    id("loadBalancers", "lb")
}

fn balanced(plan: Plan) -> Plan {
    let pool = format!("{}/backendAddressPools/pool", balancer());
    let front = json!([{ "name": "f", "public_ip_address_id": id("publicIPAddresses", "front") }]);
    plan.stands("azurerm_lb.lb", &json!({ "id": balancer(), "name": "lb", "resource_group_name": "rg", "sku": "Standard", "frontend_ip_configuration": front }))
        .stands("azurerm_lb_backend_address_pool.pool", &json!({ "id": pool, "name": "pool", "loadbalancer_id": balancer() }))
}

#[test]
fn a_nat_rule_on_a_pool_leads_to_every_machine_in_it() {
    let pool = format!("{}/backendAddressPools/pool", balancer());
    let translation = json!({ "id": format!("{}/inboundNatRules/ssh", balancer()), "name": "ssh", "loadbalancer_id": balancer(), "protocol": "Tcp",
        "frontend_port_start": 50000, "frontend_port_end": 50009, "backend_port": 22, "backend_address_pool_id": pool });
    let plan = balanced(Plan::default().machine("web", Some("10.10.0.9")))
        .group("web", &[rule(100, "22", "*"), rule(110, "80", "*")])
        .tied("web")
        .stands("azurerm_lb_nat_rule.ssh", &translation)
        .stands(
            "azurerm_network_interface_backend_address_pool_association.web",
            &json!({ "network_interface_id": id("networkInterfaces", "web"), "backend_address_pool_id": pool }),
        );
    let said = planned(&plan.judged(&Project::empty()), WEB);
    assert_eq!(said, ["22/tcp from internet,vnet", "80/tcp from vnet"]);
}

#[test]
fn a_scale_set_is_reached_through_the_nat_pools_that_it_names() {
    let pool = format!("{}/inboundNatPools/ssh", balancer());
    let interface = json!({ "network_security_group_id": id("networkSecurityGroups", "set"),
        "ip_configuration": [{ "subnet_id": subnet_id(), "load_balancer_inbound_nat_rules_ids": [pool] }] });
    let plan = balanced(Plan::default())
        .group("set", &[rule(100, "22", "*"), rule(110, "80", "*")])
        .stands("azurerm_lb_nat_pool.ssh", &json!({ "id": pool, "name": "ssh", "loadbalancer_id": balancer(), "protocol": "Tcp",
            "frontend_port_start": 50000, "frontend_port_end": 50009, "backend_port": 22 }))
        .stands("azurerm_linux_virtual_machine_scale_set.set", &json!({ "name": "set", "resource_group_name": "rg", "network_interface": [interface] }));
    let said = planned(
        &plan.judged(&Project::empty()),
        "azurerm_linux_virtual_machine_scale_set.set",
    );
    assert_eq!(said, ["22/tcp from internet,vnet", "80/tcp from vnet"]);
}

#[test]
fn a_scale_set_whose_pools_nobody_can_tell_may_be_reached_through_any() {
    let interface = json!({ "network_security_group_id": id("networkSecurityGroups", "set"), "ip_configuration": [{ "subnet_id": subnet_id() }] });
    let unknown =
        json!([{ "ip_configuration": [{ "load_balancer_backend_address_pool_ids": true }] }]);
    let values =
        json!({ "name": "set", "resource_group_name": "rg", "network_interface": [interface] });
    let change = json!({ "actions": ["update"], "before": values, "after": values, "after_unknown": { "network_interface": unknown } });
    let answer = Plan::default()
        .group("set", &[rule(100, "22", "*")])
        .change("azurerm_linux_virtual_machine_scale_set.set", &change)
        .judged(&Project::empty());
    let said = messages(&answer, "LO202").concat();
    assert!(
        said.contains("cannot be shown to keep closed tcp 22 from internet"),
        "{said}"
    );
}
