package main

import rego.v1

deny contains msg if {
    some server in input.servers
    some port in server.ports
    port.port == 22
    msg := sprintf("%s opens %d", [server.name, port.port])
}

warn contains {"msg": "big", "server": server.name} if {
    some server in input.servers
    server.size == "Standard_B8ms"
}

helper(a) := a + 1 if a > 0
