// The server, asked as DHIS2's app platform asks: by its own data engine, under the version that the server claims.
import { DataEngine, RestAPILink } from '@dhis2/data-engine';

const baseUrl = document.querySelector('meta[name="dhis2-base-url"]').content;
const headers = { 'X-Requested-With': 'XMLHttpRequest', Accept: 'application/json' };

// These two come before anybody knows the version.
const read = async (resource) => {
  const response = await fetch(`${baseUrl}/api/${resource}`, { credentials: 'include', headers });
  if (!response.ok) {
    throw new Error(`${resource}: ${response.status}`);
  }
  return response.json();
};

/** What the shell of an app asks for at its start, and the engine for all that follows. */
export async function connect() {
  const [systemInfo, me] = await Promise.all([read('system/info'), read('me')]);
  const minor = Number(systemInfo.version.split('.')[1]);
  const serverVersion = { major: 2, minor, full: systemInfo.version };
  const engine = new DataEngine(new RestAPILink({ baseUrl, apiVersion: minor, serverVersion }));
  const shell = await engine.query({
    settings: { resource: 'userSettings' },
    user: { resource: 'me', params: { fields: ['authorities', 'avatar', 'email', 'name', 'settings'] } },
    id: { resource: 'me', params: { fields: ['id'] } },
    title: { resource: 'systemSettings/applicationTitle' },
    help: { resource: 'systemSettings/helpPageLink' },
    modules: { resource: 'action::menu/getModules' },
    notifications: { resource: 'me/dashboard' },
  });
  return { baseUrl, minor, me, engine, shell };
}

/** What jobs' parameters may be set to; one call that fails breaks all of the app's parameter fields. */
export const options = (engine, minor) => engine.query({
  skipTableTypes: { resource: 'analytics/tableTypes' },
  validationRuleGroups: { resource: 'validationRuleGroups', params: { paging: false } },
  predictors: { resource: 'predictors', params: { paging: false } },
  predictorGroups: { resource: 'predictorGroups', params: { paging: false } },
  dataIntegrityChecks: { resource: 'dataIntegrity' },
  dashboards: { resource: 'dashboards', params: { paging: false } },
  receivers: { resource: 'userGroups', params: { paging: false } },
  programs: { resource: 'programs', params: { paging: false } },
  exchanges: { resource: 'aggregateDataExchanges', params: { fields: ['id', 'displayName'], paging: true } },
  ...(minor <= 42 && { pushAnalysis: { resource: 'pushAnalysis', params: { paging: false } } }),
});
