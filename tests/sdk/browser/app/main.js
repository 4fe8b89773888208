// A small scheduler. It makes the calls of DHIS2's Scheduler app, in the app's ways: numbers as texts, no `enabled` in
// a change, bodiless switches.
import { connect, options } from './server.js';

const $ = (selector) => document.querySelector(selector);
const element = (tag, properties, ...children) => {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children);
  return created;
};

const fields = ['created', 'configurable', 'cronExpression', 'delay', 'id', 'jobParameters', 'jobType', 'lastExecuted', 'lastExecutedStatus', 'name'];
const { baseUrl, minor, me, engine, shell } = await connect();
const { types, choices } = await engine
  .query({ types: { resource: 'jobConfigurations/jobTypes', params: { fields: '*', paging: false } } })
  .then(async ({ types: { jobTypes } }) => ({ types: jobTypes, choices: await options(engine, minor) }));
let watch;

/** Does what a button or form asks for, and shows what the server has against it. */
const attempt = (work, reload = list) => async (event) => {
  event.preventDefault();
  $('#error').textContent = '';
  try {
    await work(event.currentTarget ?? event.target, event);
    await reload();
  } catch (error) {
    const reports = error.details?.response?.errorReports ?? [];
    $('#error').textContent = [error.message, ...reports.map((r) => `${r.errorProperty}: ${r.message}`)].join('\n');
  }
};

const mutate = (type, resource, rest) => engine.mutate({ type, resource, ...rest });
const act = (id, action) => mutate('create', `jobConfigurations/${id}/${action}`, { data: undefined });
const button = (label, work, reload) => element('button', { type: 'button', textContent: label, onclick: attempt(work, reload) });
const nothing = () => {};

async function list() {
  const { scheduler, queueable } = await engine.query({ scheduler: { resource: 'scheduler' }, queueable: { resource: 'scheduler/queueable' } });
  $('#jobs').replaceChildren(...scheduler.filter((entry) => entry.sequence.length > 0).map(row));
  $('#queue select').replaceChildren(...queueable.map((entry) => element('option', { value: entry.sequence[0].id, textContent: entry.name })));
}

function row(entry) {
  const [first] = entry.sequence;
  const isQueue = entry.sequence.length > 1;
  const toggle = element('input', {
    type: 'checkbox',
    checked: entry.enabled,
    onchange: attempt((box) => act(first.id, box.checked ? 'enable' : 'disable')),
  });
  const cells = [entry.name, entry.type, entry.cronExpression ?? entry.delay ?? '', entry.status].map((text) => element('td', { textContent: text }));
  const buttons = isQueue
    ? [
        button('Run', () => run(first.id, `scheduler/queues/${entry.name}/watch`)),
        button('Edit', () => editQueue(entry.name), nothing),
        button('Delete', () => mutate('delete', 'scheduler/queues', { id: entry.name })),
      ]
    : [
        button('Run', () => run(first.id, `jobConfigurations/${first.id}/watch`)),
        button('Edit', () => edit(first.id), nothing),
        button('Delete', () => mutate('delete', 'jobConfigurations', { id: first.id })),
      ];
  return element('tr', {}, ...cells, element('td', {}, toggle), element('td', {}, ...buttons));
}

/** Starts a job or queue, and shows its run live: how it stands, and how much was seen of it. */
async function run(id, resource) {
  watch?.close();
  watch = new EventSource(`${baseUrl}/api/${minor}/${resource}`, { withCredentials: true });
  const seen = { events: 0, items: 0, jobs: new Set(), state: '' };
  const show = (event) => {
    seen.events++;
    const { terminal, queueRun, ...single } = JSON.parse(event.data);
    const { jobId, snapshot, delta } = single.run ?? single;
    if (jobId) {
      seen.jobs.add(jobId);
    }
    seen.items += delta?.items?.length ?? 0;
    seen.state = (single.run ? queueRun?.state : queueRun?.state ?? delta?.state ?? snapshot?.state) ?? seen.state;
    $('#watch').hidden = false;
    $('#watch h2').textContent = `${seen.state} with ${seen.jobs.size} jobs`;
    $('#watch progress').value = terminal ? 1 : 0.5;
    $('#watch output').textContent = `${seen.events} events, ${seen.items} items`;
    if (terminal) {
      watch.close();
      $('#watch').dataset.ended = resource;
      list();
    }
  };
  for (const name of ['snapshot', 'delta', 'heartbeat', 'queueRun', 'run']) {
    watch.addEventListener(name, show);
  }
  await new Promise((resolve) => watch.addEventListener('open', resolve, { once: true }));
  await act(id, 'execute');
}

async function edit(id) {
  const { job } = await engine.query({ job: { resource: 'jobConfigurations', id, params: { fields } } });
  const form = $('#job');
  form.elements.id.value = job.id;
  form.elements.name.value = job.name;
  form.elements.jobType.value = job.jobType;
  form.elements.schedule.value = job.cronExpression ?? job.delay ?? '';
  showParameters(job.jobParameters);
}

async function editQueue(name) {
  const { queue } = await engine.query({ queue: { resource: 'scheduler/queues', id: name, params: { fields: ['cronExpression', 'sequence', 'name'] } } });
  const form = $('#queue');
  form.elements.name.value = queue.name;
  form.elements.cronExpression.value = queue.cronExpression;
  form.elements.sequence.append(...queue.sequence.map((id) => element('option', { value: id, textContent: id, selected: true })));
  form.dataset.name = queue.name;
}

// Widgets by class, as the app has them.
function showParameters(values = {}) {
  const type = types.find((t) => t.jobType === $('#job').elements.jobType.value);
  $('#parameters').replaceChildren(...type.jobParameters.map(({ name, fieldName, klass }) => {
    const value = values[name];
    if (klass === 'java.lang.Boolean') {
      return element('label', { textContent: fieldName }, element('input', { type: 'checkbox', name, checked: value === true }));
    }
    const number = /Integer|Long/.test(klass);
    return element('label', { textContent: fieldName }, element('input', { name, type: number ? 'number' : 'text', value: value ?? '' }));
  }));
}

$('#job').onsubmit = attempt(async (form) => {
  const { id, name, jobType, schedule } = form.elements;
  const type = types.find((t) => t.jobType === jobType.value);
  const data = { name: name.value, jobType: jobType.value };
  if (schedule.value) {
    data[type.schedulingType === 'CRON' ? 'cronExpression' : 'delay'] = schedule.value;
  }
  const given = type.jobParameters
    .map(({ name: parameter }) => [parameter, form.elements[parameter]])
    .map(([parameter, input]) => [parameter, input.type === 'checkbox' ? input.checked : input.value])
    .filter(([, value]) => value !== '');
  if (given.length > 0) {
    data.jobParameters = Object.fromEntries(given);
  }
  await (id.value ? mutate('update', 'jobConfigurations', { id: id.value, data }) : mutate('create', 'jobConfigurations', { data }));
  form.reset();
  id.value = '';
  showParameters();
});

$('#queue').onsubmit = attempt(async (form) => {
  const { name, cronExpression, sequence } = form.elements;
  const data = { name: name.value, cronExpression: cronExpression.value, sequence: [...sequence.selectedOptions].map((o) => o.value) };
  const old = form.dataset.name;
  await (old ? mutate('update', 'scheduler/queues', { id: old, data }) : mutate('create', `scheduler/queues/${name.value}`, { data }));
  delete form.dataset.name;
  form.reset();
});

$('#job').elements.jobType.onchange = () => showParameters();
$('#job').elements.jobType.append(...types.map((type) => element('option', { value: type.jobType, textContent: type.name })));
showParameters();
$('#logo').src = `${baseUrl}/api/${minor}/staticContent/logo_banner`;
$('#title').textContent = shell.title.applicationTitle;
$('#user').textContent = shell.user.name;
$('#menu').append(...shell.modules.modules.map((m) => element('a', { href: m.defaultAction, textContent: m.displayName })));
document.body.dataset.options = Object.values(choices).length;
if (me.authorities.some((a) => a === 'ALL' || a === 'F_SCHEDULING_ADMIN')) {
  await list();
  $('main').hidden = false;
}
