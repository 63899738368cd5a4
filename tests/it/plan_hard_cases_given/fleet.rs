//! Who reaches what of servers that describers name.

use super::*;

#[test]
fn what_the_backend_reaches_of_the_database_must_be_declared_too() {
    let rules = [
        rule(100, "3306", "10.10.0.4"),
        rule(110, "33060", "10.10.0.4"),
    ];
    let plan = Plan::default()
        .machine("database", Some("10.10.0.5"))
        .group("database", &rules)
        .tied("database");
    let answer = plan.judged(&Project::lostops());
    assert_eq!(
        messages(&answer, "LO201"),
        ["`database` leaves open tcp 33060 from backend"]
    );
    assert_eq!(errors(&answer), ["LO201"]);
}

#[test]
fn of_several_machines_under_one_name_each_is_the_database() {
    let open = [rule(100, "3306", "*")];
    let mut plan = Plan::default();
    for (name, rules) in [("first", &open[..]), ("second", &[])] {
        plan = plan.machine(name, None).group(name, rules).tied(name);
    }
    for change in &mut plan.changes {
        if change["type"] == "azurerm_linux_virtual_machine" {
            change["change"]["before"]["name"] = json!("database");
            change["change"]["after"]["name"] = json!("database");
        }
    }
    let answer = plan.judged(&Project::lostops());
    let found = finding(&answer, "LO204");
    assert_eq!(
        found["evidence"],
        "azurerm_network_security_group.first rule r100"
    );
    let servers = answer["servers"].as_array().expect("servers");
    let addresses: Vec<_> = servers
        .iter()
        .filter(|server| server["name"] == "database")
        .map(|server| &server["address"])
        .collect();
    assert_eq!(
        addresses,
        [
            "azurerm_linux_virtual_machine.first",
            "azurerm_linux_virtual_machine.second"
        ]
    );
}

/// The backend and the database in one subnet that may reach the database's port.
fn neighbours(range: &str) -> Plan {
    Plan::default()
        .machine("backend", Some("10.10.0.4"))
        .machine("database", Some("10.10.0.5"))
        .group("database", &[rule(100, "3306", range)])
        .tied("database")
}

#[test]
fn a_subnet_is_the_backend_only_where_nobody_else_lives_in_it() {
    let of_two = neighbours("10.10.0.4/31").subnet("10.10.0.4/31");
    assert_eq!(
        messages(&of_two.judged(&Project::lostops()), "LO204"),
        [""; 0]
    );

    let described = neighbours("10.10.0.4/30").subnet("10.10.0.4/30");
    assert_eq!(
        messages(&described.judged(&Project::lostops()), "LO204"),
        ["`database` leaves the database's port tcp 3306 from database or 10.10.0.6/31"],
        "the plan does not hold the monitoring server"
    );
    let without_address = of_two.machine("stranger", None);
    assert_eq!(
        messages(&without_address.judged(&Project::lostops()), "LO204").len(),
        1
    );
}

#[test]
fn nobody_says_who_else_lives_in_a_subnet_that_is_only_read() {
    let plan = neighbours("10.10.0.4/31").reads("azurerm_subnet", "a", &subnet("10.10.0.4/31"));
    assert_eq!(
        messages(&plan.judged(&Project::lostops()), "LO204").len(),
        1
    );
}
