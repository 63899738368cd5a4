//! Random rule sets: every form in which rules are written, around the addresses and ports that are tried.

use std::net::Ipv4Addr;

/// Who tries: two in the network, three from private blocks beyond it, three from the internet.
pub(super) const SOURCES: [Ipv4Addr; 8] = [
    Ipv4Addr::new(10, 20, 200, 7),
    Ipv4Addr::new(10, 20, 129, 3),
    Ipv4Addr::new(10, 21, 0, 9),
    Ipv4Addr::new(172, 16, 5, 9),
    Ipv4Addr::new(192, 168, 7, 20),
    Ipv4Addr::new(198, 51, 100, 7),
    Ipv4Addr::new(20, 50, 1, 2),
    Ipv4Addr::new(145, 14, 3, 9),
];

/// What is tried: the ports that rules name, and their neighbours.
pub(super) const PORTS: [u16; 32] = [
    1, 7, 21, 22, 23, 53, 79, 80, 81, 442, 443, 444, 1023, 1024, 2209, 2210, 2222, 2223, 3306,
    5432, 7999, 8000, 8001, 8079, 8080, 8081, 9100, 20000, 32767, 49152, 65534, 65535,
];

/// How many of a hundred interfaces have a second address.
const SECOND_ADDRESS: usize = 30;

/// How many of a hundred rules that allow speak of the port that a packet comes from.
const SOURCE_PORTS: usize = 10;

/// The same of rules that deny.
const DENIED_SOURCE_PORTS: usize = 10;

/// A machine and what guards it.
#[derive(Debug)]
pub(super) struct RuleSet {
    /// Also the third byte of its subnet.
    pub(super) number: usize,
    pub(super) private: Ipv4Addr,
    /// A second address of the same interface.
    pub(super) second: Option<Ipv4Addr>,
    pub(super) public: bool,
    pub(super) subnet: Option<Group>,
    pub(super) interface: Option<Group>,
}

#[derive(Debug)]
pub(super) struct Group {
    pub(super) rules: Vec<Rule>,
    /// Whether its rules are resources of their own.
    pub(super) standalone: bool,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) priority: usize,
    pub(super) inbound: bool,
    pub(super) allow: bool,
    pub(super) protocol: &'static str,
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) from_ports: &'static str,
    pub(super) ports: Vec<String>,
    /// Written in the plural although there may be one only.
    pub(super) plural: bool,
}

/// Numbers that a seed gives alike on every machine (`SplitMix64`).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn some(&mut self, one: impl Fn(&mut Self) -> String) -> Vec<String> {
        let count = if self.chance(65) {
            1
        } else {
            2 + self.below(3)
        };
        let mut all: Vec<String> = (0..count).map(|_| one(self)).collect();
        all.sort();
        all.dedup();
        all
    }
}

impl RuleSet {
    pub(super) fn new(number: usize, random: &mut Random) -> Self {
        let third = u8::try_from(number).unwrap();
        let fourth = u8::try_from(4 + random.below(125)).unwrap();
        let private = Ipv4Addr::new(10, 20, third, fourth);
        let second = random
            .chance(SECOND_ADDRESS)
            .then(|| Ipv4Addr::new(10, 20, third, fourth + 125));
        let sides = random.below(16);
        let own: Vec<Ipv4Addr> = [private].into_iter().chain(second).collect();
        let mut group = |is_there: bool| is_there.then(|| Group::new(&own, random));
        Self {
            number,
            private,
            second,
            subnet: group(sides > 0 && sides % 3 != 1),
            interface: group(sides > 0 && sides % 3 != 2),
            public: random.chance(60),
        }
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = (&'static str, &Group)> {
        [("subnet", &self.subnet), ("interface", &self.interface)]
            .into_iter()
            .filter_map(|(side, group)| Some((side, group.as_ref()?)))
    }

    /// How many of its groups hold such a rule about some source ports: one that allows, or one that denies.
    fn source_ports(&self, allow: bool) -> usize {
        let asks = |rule: &Rule| {
            let is_some = !["*", "0-65535"].contains(&rule.from_ports);
            rule.inbound && rule.allow == allow && is_some
        };
        let groups = self.groups();
        groups
            .filter(|(_, group)| group.rules.iter().any(asks))
            .count()
    }

    pub(super) fn asks_for_source_ports(&self) -> bool {
        self.source_ports(true) + self.source_ports(false) > 0
    }

    /// Whether a plan must be certain of everything: it is not where a rule denies some source ports only.
    pub(super) fn is_provable(&self) -> bool {
        self.source_ports(false) == 0
    }

    /// Whether what both groups let in passes both: not where each lets in other source ports; and where slices ask one
    /// group at a time, not where each may let in another address.
    pub(super) fn passes_both(&self) -> bool {
        let is_sliced = self.public && self.groups().count() > 1;
        self.source_ports(true) < 2 && !(is_sliced && self.second.is_some())
    }

    /// Whether a rule lets in that source's block by name, which a plan takes for a way from there.
    pub(super) fn names(&self, source: Ipv4Addr) -> bool {
        let rules = self.groups().flat_map(|(_, group)| &group.rules);
        rules
            .filter(|rule| rule.allow && rule.inbound)
            .flat_map(|rule| &rule.from)
            .filter_map(|text| block(text))
            .any(|block| {
                let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
                let mut private = private.iter().filter_map(|text| text.parse().ok());
                block.contains(&source)
                    && private.any(|outer: ipnet::Ipv4Net| outer.contains(&block))
            })
    }
}

pub(super) fn block(text: &str) -> Option<ipnet::Ipv4Net> {
    let block = text.parse::<ipnet::Ipv4Net>().map(|block| block.trunc());
    block
        .ok()
        .or_else(|| text.parse::<Ipv4Addr>().ok().map(Into::into))
}

impl Group {
    fn new(own: &[Ipv4Addr], random: &mut Random) -> Self {
        let count = 1 + random.below(9);
        let mut rules: Vec<Rule> = (0..count)
            .map(|turn| Rule::new(100 + turn * 7 + random.below(7), own, random))
            .collect();
        // Half of all groups leave nothing to the default rules.
        if random.chance(40) {
            rules.push(Rule {
                priority: 4096,
                inbound: true,
                allow: random.chance(30),
                protocol: random.pick(&["*", "*", "*", "Tcp"]),
                from: vec!["*".to_owned()],
                to: vec!["*".to_owned()],
                from_ports: "*",
                ports: vec!["*".to_owned()],
                plural: false,
            });
        }
        // The order in which rules are written means nothing.
        for at in (1..rules.len()).rev() {
            rules.swap(at, random.below(at + 1));
        }
        Self {
            rules,
            standalone: random.chance(20),
        }
    }
}

impl Rule {
    fn new(priority: usize, own: &[Ipv4Addr], random: &mut Random) -> Self {
        let allow = random.chance(60);
        Self {
            priority,
            inbound: random.chance(94),
            allow,
            protocol: random.pick(&[
                "Tcp", "Tcp", "Tcp", "Udp", "Udp", "*", "*", "*", "Icmp", "Esp",
            ]),
            from: random.some(source),
            to: if random.chance(60) {
                vec!["*".to_owned()]
            } else {
                random.some(|random| destination(random.pick(own), random))
            },
            from_ports: if random.chance(if allow {
                SOURCE_PORTS
            } else {
                DENIED_SOURCE_PORTS
            }) {
                random.pick(&["1-1023", "1000", "1024-65535", "0-65535"])
            } else {
                "*"
            },
            ports: random.some(ports),
            plural: random.chance(30),
        }
    }
}

fn source(random: &mut Random) -> String {
    let tags = [
        "*",
        "*",
        "*",
        "Internet",
        "Internet",
        "VirtualNetwork",
        "VirtualNetwork",
        "AzureLoadBalancer",
        "AzureCloud",
        "Storage.WestEurope",
        "0.0.0.0/0",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "10.20.0.0/16",
        "10.20.128.0/17",
    ];
    if random.chance(50) {
        return random.pick(&tags).to_owned();
    }
    let address = random.pick(&SOURCES);
    match random.below(4) {
        0 => address.to_string(),
        // Bits of the host stay where they are.
        _ => format!("{address}/{}", 4 + random.below(29)),
    }
}

fn destination(private: Ipv4Addr, random: &mut Random) -> String {
    let [first, second, third, _] = private.octets();
    match random.below(9) {
        0 | 1 => private.to_string(),
        2 => format!("{private}/{}", 9 + random.below(23)),
        3 => format!("{first}.{second}.{third}.0/24"),
        4 => "10.20.240.0/24".to_owned(),
        5 => format!("{first}.{second}.{third}.254"),
        6 => "Internet".to_owned(),
        7 => "VirtualNetwork".to_owned(),
        _ => "10.20.0.0/16".to_owned(),
    }
}

fn ports(random: &mut Random) -> String {
    let (one, other) = (random.pick(&PORTS), random.pick(&PORTS));
    match random.below(12) {
        0..=2 => "*".to_owned(),
        3 => format!("0{one}"),
        4..=6 => one.to_string(),
        7 => "0-65535".to_owned(),
        _ => format!("{}-{}", one.min(other), one.max(other)),
    }
}
