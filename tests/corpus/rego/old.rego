package policy.own

violation[{"msg": m}] {
    s := input.servers[_]
    not s.name == "x"
    m := concat(", ", [n | n := input.servers[_].name])
}
deny_size = "d" { count(input.servers) > 3 } else = "e" { regex.match("^a.*b$", input.environment) }
