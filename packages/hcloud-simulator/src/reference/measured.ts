/** What `test/api/fixtures/bench.ts` said, with the machine it said it on. */
export const measured = `## Throughput and memory

\`npx tsx test/api/fixtures/bench.ts [STATE]\` measures the simulator alone, with 1,000 servers and 20 requests at a time;
with a file for the state, what it answers is on the disk. It counts CPU time of the simulator's process, so that other
work on the machine changes little: on a machine with ten times as much to do as it has cores, the rates were a quarter to
a half lower. On one core of an AMD EPYC, Node 20, November 2026:

| what                                       | in memory | with a file |
| ------------------------------------------ | --------- | ----------- |
| create a server, with its two actions      | 470 a second | 380 a second |
| list, a page of 50                         | 860 a second | 970 a second |
| list by a label selector, one found        | 3,900 a second | 3,500 a second |
| get one by its name                        | 9,400 a second | 8,000 a second |
| start, empty                               | 0.2 s of CPU | 0.2 s of CPU |
| start, with 1,000 servers                  |           | 0.25 s of CPU |
| memory, empty                              | 105 MiB   | 105 MiB     |
| memory, with 1,000 servers                 | 130 MiB   | 136 MiB     |`;
