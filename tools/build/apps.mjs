/** What is built, and what each package says of itself. */

/** @typedef {{ name: string, program: string, command: string, entry: string, description: string }} App `program`: file that is run; `command`: its name on a PATH; `entry`: module text that starts it */

/** @type {App[]} */
export const APPS = [
  {
    name: 'agent',
    program: 'agent.js',
    command: 'chronovirt-agent',
    entry: "import './apps/agent/src/main.ts';",
    description: 'Runs the instances of one hypervisor',
  },
  {
    name: 'watchdog',
    program: 'watchdog.js',
    command: 'chronovirt-watchdog',
    entry: "import './apps/agent/src/watchdog/main.ts';",
    description: 'Ends the guests of a hypervisor whose agent is cut off',
  },
  {
    name: 'coordinator',
    program: 'coordinator.js',
    command: 'chronovirt-coordinator',
    entry: "import './apps/coordinator/src/main.ts';",
    description: 'Places instances and serves the HTTP API',
  },
  {
    name: 'cli',
    program: 'chronovirt.js',
    command: 'chronovirt',
    entry: "import { main } from './apps/cli/src/main.ts'; process.exitCode = await main(process.argv.slice(2));",
    description: 'The chronovirt command',
  },
];
