#[test]
fn show() {
    let path = std::fs::read_to_string("/tmp/planpath").unwrap();
    for path in path.lines() {
        let start = std::time::Instant::now();
        let plan = super::super::read(camino::Utf8Path::new(path), Default::default());
        eprintln!("== {path} {:?}", start.elapsed());
        let plan = match plan {
            Ok(p) => p,
            Err(e) => {
                eprintln!("{e} {e:?}");
                continue;
            }
        };
        eprintln!(
            "{:?} {:?} tf {:?}",
            plan.totals, plan.format_version, plan.terraform_version
        );
        for m in plan.machines.iter().take(6) {
            eprintln!(
                "M {} {:?} {:?} size {:?}->{:?} img {:?} ips {:?} pub {:?} groups {:?}\n   open {:?}\n   unproven {:?} before {:?}",
                m.address,
                m.identity,
                m.changes,
                m.size_before,
                m.size_after,
                m.image_after,
                m.private_ips,
                m.public,
                m.groups,
                super::say(&m.open, &m.network),
                super::say(&m.unproven, &m.network),
                super::say(&m.open_before, &m.network)
            );
            for c in m.contributions() {
                eprintln!(
                    "     {}: {:?}",
                    c.evidence,
                    super::say(&c.reach, &m.network)
                );
            }
        }
        for g in plan.groups.iter().take(6) {
            eprintln!(
                "G {} att {:?} {:?}\n   open {:?}\n   unproven {:?}",
                g.address,
                g.attached_to,
                g.maybe_attached_elsewhere,
                super::say(&g.open, &g.network),
                super::say(&g.unproven, &g.network)
            );
        }
        for p in plan.problems.iter().take(10) {
            eprintln!("P {p:?}");
        }
        for p in plan.neighbourhoods.iter().take(5) {
            eprintln!("N {} {:?} {:?}", p.address, p.ranges, p.machines.len());
        }
        eprintln!(
            "opaque {:?} power {:?} drift {:?}",
            plan.opaque, plan.power, plan.drift
        );
    }
}
