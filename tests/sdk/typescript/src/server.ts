// A real server as a child process, on free ports and a data directory of its own, and a client made from its document.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './api.js';

const assembly = resolve(import.meta.dirname, '../../../../src/Server/bin/Debug/net10.0/Dhis2Grpc.Server.dll');

export class Server {
  readonly #process: ChildProcess;
  readonly #log: string[] = [];
  readonly #directory: string;
  #url = '';

  private constructor(directory: string) {
    this.#directory = directory;
    this.#process = spawn(process.env.DOTNET_HOST_PATH ?? 'dotnet', [assembly], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        Dhis2__DataDirectory: directory,
        Dhis2__Rest__Url: 'http://127.0.0.1:0',
        Dhis2__Grpc__Url: 'http://127.0.0.1:0',
      },
    });
    // Neither a server nor its data outlives the test, however the test ends.
    process.once('exit', () => {
      this.#process.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    });
    process.once('SIGTERM', () => process.exit(1));
  }

  /** Starts a server and waits until it listens. */
  static async start(): Promise<Server> {
    if (!existsSync(assembly)) {
      throw new Error(`${assembly} is missing; dotnet build makes it`);
    }
    const server = new Server(await mkdtemp(join(tmpdir(), 'dhis2-node-')));
    server.#url = await server.#listening();
    return server;
  }

  /** A client with these credentials, of a version of DHIS2 when one is named. */
  client(username = 'admin', password = 'district', version?: number): Client<paths> {
    return createClient<paths>({
      baseUrl: `${this.#url}/api${version === undefined ? '' : `/${version}`}`,
      headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    });
  }

  /** Stops the server in order and removes its data. */
  async stop(): Promise<void> {
    const running = this.#process.exitCode === null && this.#process.signalCode === null;
    if (running) {
      const exited = once(this.#process, 'exit', { signal: AbortSignal.timeout(30_000) });
      this.#process.kill('SIGTERM');
      await exited.catch(() => this.#process.kill('SIGKILL'));
    }
    await rm(this.#directory, { recursive: true, force: true });
    if (!running || this.#process.exitCode !== 0) {
      throw new Error(`The server ended with ${this.#process.exitCode ?? this.#process.signalCode}:\n${this.#log.join('\n')}`);
    }
  }

  // The server says which ports it got.
  #listening(): Promise<string> {
    return new Promise((resolveUrl, reject) => {
      const take = (line: string) => {
        this.#log.push(line);
        const address = /Listening: REST on ([^,\s]+)/.exec(line)?.[1];
        if (address !== undefined) {
          resolveUrl(address);
        }
      };
      createInterface(this.#process.stdout!).on('line', take);
      createInterface(this.#process.stderr!).on('line', take);
      this.#process.once('error', reject);
      this.#process.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened:\n${this.#log.join('\n')}`)));
    });
  }
}
