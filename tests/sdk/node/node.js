// A real server as a child process, on free ports and a data directory of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { call, root, services } from './contracts.js';

const assembly = join(root, 'src/Server/bin/Debug/net10.0/Dhis2Grpc.Server.dll');
const stopLimit = 30_000;

/** Value of the authorization header. */
const basic = (username, password) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Adds the header to each call of a client. */
const login = (authorization) => (options, nextCall) =>
  new grpc.InterceptingCall(nextCall(options), {
    start(metadata, listener, next) {
      metadata.set('authorization', authorization);
      next(metadata, listener);
    },
  });

export class Node {
  #process;
  #directory;
  #log;
  #clients = [];

  /** Starts a server and waits until it serves. */
  static async start() {
    if (!existsSync(assembly)) {
      throw new Error(`${assembly} is missing; dotnet build makes it`);
    }
    const node = new Node();
    await node.#start();
    return node;
  }

  /** A client of a service of the contracts; without a login when the name is null. */
  connect(service, username = 'admin', password = 'district') {
    const interceptors = username === null ? [] : [login(basic(username, password))];
    const client = new services[service](this.grpcAddress, grpc.credentials.createInsecure(), { interceptors });
    this.#clients.push(client);
    return client;
  }

  /** Calls REST as the administrator. */
  fetch(path, { headers, ...options } = {}) {
    return fetch(this.restUrl + path, {
      signal: AbortSignal.timeout(30_000),
      ...options,
      headers: { authorization: basic('admin', 'district'), ...headers },
    });
  }

  /** Reads JSON from REST, or sends it there. */
  async json(path, body) {
    const response = await this.fetch(
      path,
      body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Stops the server in order and removes its data. */
  async stop() {
    this.#clients.forEach((client) => client.close());
    const running = this.#process.exitCode === null && this.#process.signalCode === null;
    if (running) {
      const exited = once(this.#process, 'exit', { signal: AbortSignal.timeout(stopLimit) });
      this.#process.kill('SIGTERM');
      await exited.catch(() => this.#process.kill('SIGKILL'));
    }
    await rm(this.#directory, { recursive: true, force: true });
    if (!running || this.#process.exitCode !== 0) {
      throw new Error(`The server ended with ${this.#process.exitCode ?? this.#process.signalCode}:\n${this.#log.join('\n')}`);
    }
  }

  async #start() {
    this.#directory = await mkdtemp(join(tmpdir(), 'dhis2-node-'));
    this.#log = [];
    this.#process = spawn(process.env.DOTNET_HOST_PATH ?? 'dotnet', [assembly], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        Dhis2__DataDirectory: this.#directory,
        Dhis2__Rest__Url: 'http://127.0.0.1:0',
        Dhis2__Grpc__Url: 'http://127.0.0.1:0',
      },
    });
    // Neither a server nor its data outlives the test, however the test ends.
    process.once('exit', () => {
      this.#process.kill('SIGKILL');
      rmSync(this.#directory, { recursive: true, force: true });
    });
    process.once('SIGTERM', () => process.exit(1));
    try {
      await this.#listening();
      await this.#serving();
    } catch (error) {
      await this.stop().catch((why) => {
        error.message += `\n${why.message}`;
      });
      throw error;
    }
  }

  // The server says which ports it got.
  #listening() {
    return new Promise((resolve, reject) => {
      const take = (line) => {
        this.#log.push(line);
        const addresses = /Listening: REST on (\S+), gRPC on http:\/\/(\S+)/.exec(line);
        if (addresses) {
          [, this.restUrl, this.grpcAddress] = addresses;
          resolve();
        }
      };
      createInterface(this.#process.stdout).on('line', take);
      createInterface(this.#process.stderr).on('line', take);
      this.#process.once('error', reject);
      this.#process.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened.`)));
    });
  }

  async #serving() {
    const health = this.connect('health', null);
    while ((await call(health, 'check')).status !== 'SERVING') {
      await delay(50);
    }
  }
}
