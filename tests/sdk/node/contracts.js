// The contracts as any JavaScript program loads them: from the .proto files, by @grpc/proto-loader.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

/** Folder of the repository. */
export const root = join(import.meta.dirname, '../../..');

// google.api and google.rpc come from the package that the .NET build takes them from, in the version it pins.
const version = /"Google\.Api\.CommonProtos" Version="([^"]+)"/.exec(
  readFileSync(join(root, 'Directory.Packages.props'), 'utf8'),
)[1];
const packages = process.env.NUGET_PACKAGES ?? join(homedir(), '.nuget/packages');

const definitions = loader.loadSync(
  [
    'dhis2/scheduling/v1/job_configuration_service.proto',
    'dhis2/scheduling/v1/scheduling_service.proto',
    'dhis2/metadata/v1/metadata_service.proto',
    'dhis2/system/v1/system_service.proto',
    'google/rpc/status.proto',
    'google/rpc/error_details.proto',
    'grpc/health/v1/health.proto',
  ],
  {
    includeDirs: [
      join(root, 'protos'),
      join(packages, 'google.api.commonprotos', version, 'content/protos'),
      join(root, 'tests/sdk/node'),
    ],
    longs: String,
    enums: String,
    oneofs: true,
  },
);

const { dhis2, grpc: standard } = grpc.loadPackageDefinition(definitions);

/** Constructors of the services' clients. */
export const services = {
  jobs: dhis2.scheduling.v1.JobConfigurationService,
  runs: dhis2.scheduling.v1.SchedulingService,
  metadata: dhis2.metadata.v1.MetadataService,
  system: dhis2.system.v1.SystemService,
  health: standard.health.v1.Health,
};

/** Makes one call and resolves to its answer; rejects with gRPC's error. */
export function call(client, method, request = {}) {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + 30_000;
    client[method](request, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

/** The rich status of a failed call: its message, and its details by the name of their type. */
export function richStatus(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const { code, message, details } = definitions['google.rpc.Status'].deserialize(bytes);
  return {
    code,
    message,
    details: Object.fromEntries(
      details.map(({ type_url: url, value }) => {
        const type = url.slice(url.lastIndexOf('/') + 1);
        return [type, definitions[type].deserialize(value)];
      }),
    ),
  };
}
