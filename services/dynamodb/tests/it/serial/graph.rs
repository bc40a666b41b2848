//! What must come before what: a graph of transactions and moments, and its shortest cycles.

use std::collections::VecDeque;

/// Why one comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The second wrote the version after the first one's.
    WriteWrite,
    /// The second read what the first wrote.
    WriteRead,
    /// The second overwrote what the first read.
    ReadWrite,
    /// The stream tells of the first one's change before the second one's.
    Stream,
    /// The first was answered before the second began.
    Time,
}

impl Why {
    /// As messages show it.
    pub fn shown(self) -> &'static str {
        match self {
            Why::WriteWrite => "ww",
            Why::WriteRead => "wr",
            Why::ReadWrite => "rw",
            Why::Stream => "stream",
            Why::Time => "time",
        }
    }
}

/// The graph: for each node those that come after it.
#[derive(Debug, Default)]
pub struct Graph {
    after: Vec<Vec<(usize, Why)>>,
}

impl Graph {
    /// A graph of so many nodes.
    pub fn new(nodes: usize) -> Graph {
        Graph { after: vec![Vec::new(); nodes] }
    }

    /// Another node.
    pub fn node(&mut self) -> usize {
        self.after.push(Vec::new());
        self.after.len() - 1
    }

    /// `a` comes before `b`.
    pub fn edge(&mut self, a: usize, b: usize, why: Why) {
        if a != b {
            self.after[a].push((b, why));
        }
    }

    /// A shortest cycle over edges up to `most`: its edges, with the nodes that they leave. `None`: there is no cycle.
    pub fn cycle(&self, most: Why) -> Option<Vec<(usize, Why)>> {
        let left = self.knotted(most);
        let within = |n: usize| left.binary_search(&n).is_ok();
        let of = |from: &usize| self.back_to(*from, most, &within);
        left.iter().filter_map(of).min_by_key(Vec::len)
    }

    /// The nodes that are left when those that nothing comes before are taken away again and again.
    fn knotted(&self, most: Why) -> Vec<usize> {
        let mut before = vec![0; self.after.len()];
        let edges = |n: usize| self.after[n].iter().filter(move |(_, why)| *why <= most);
        (0..self.after.len()).flat_map(edges).for_each(|(b, _)| before[*b] += 1);
        let mut free: Vec<usize> = (0..before.len()).filter(|n| before[*n] == 0).collect();
        let mut at = 0;
        while let Some(n) = free.get(at).copied() {
            at += 1;
            for (b, _) in edges(n) {
                before[*b] -= 1;
                if before[*b] == 0 {
                    free.push(*b);
                }
            }
        }
        (0..before.len()).filter(|n| before[*n] > 0).collect()
    }

    fn back_to(&self, from: usize, most: Why, within: &dyn Fn(usize) -> bool) -> Option<Vec<(usize, Why)>> {
        let mut came: Vec<Option<(usize, Why)>> = vec![None; self.after.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(n) = queue.pop_front() {
            for (b, why) in self.after[n].iter().filter(|(b, why)| *why <= most && within(*b)) {
                if came[*b].is_some() {
                    continue;
                }
                came[*b] = Some((n, *why));
                if *b != from {
                    queue.push_back(*b);
                    continue;
                }
                let mut path = Vec::new();
                let mut here = from;
                while path.is_empty() || here != from {
                    let (before, why) = came[here].expect("it was come to");
                    path.push((before, why));
                    here = before;
                }
                path.reverse();
                return Some(path);
            }
        }
        None
    }
}

#[test]
fn the_shortest_cycle_is_found() {
    let mut g = Graph::new(6);
    for (a, b) in [(0, 1), (1, 2), (2, 3), (3, 0), (2, 1), (4, 0), (3, 5)] {
        g.edge(a, b, Why::WriteRead);
    }
    assert_eq!(g.cycle(Why::WriteWrite), None);
    assert_eq!(g.cycle(Why::Time), Some(vec![(1, Why::WriteRead), (2, Why::WriteRead)]));
}
