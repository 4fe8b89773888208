-- What an import did that a job made of an accepted document, written with its rows: it is done once, whatever ends the server.
create table importreceipt (uid varchar not null, written timestamp not null, summary varchar not null);

-- Approval of data, by level of a workflow; DHIS2's columns.
create table dataapproval (
    dataapprovalid bigint not null, dataapprovallevelid bigint not null, workflowid bigint not null, periodid bigint not null,
    organisationunitid bigint not null, attributeoptioncomboid bigint not null, accepted boolean not null, created timestamp, creator bigint,
    lastupdated timestamp, lastupdatedby bigint
);
