-- Types that were kept as JSON only, and columns that were missing: DHIS2's own names (release 2.39).
alter table organisationunit add column if not exists image varchar;
alter table orgunitgroup add column if not exists geometry varchar;

create table attribute (
    attributeid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    shortname varchar, description varchar, valuetype varchar, mandatory boolean, isunique boolean, sortorder integer,
    dataelementattribute boolean, dataelementgroupattribute boolean, dataelementgroupsetattribute boolean,
    indicatorattribute boolean, indicatorgroupattribute boolean, datasetattribute boolean, organisationunitattribute boolean,
    organisationunitgroupattribute boolean, organisationunitgroupsetattribute boolean, userattribute boolean,
    usergroupattribute boolean, programattribute boolean, programstageattribute boolean, programindicatorattribute boolean,
    trackedentitytypeattribute boolean, trackedentityattributeattribute boolean, categoryattribute boolean,
    categoryoptionattribute boolean, categoryoptiongroupattribute boolean, categoryoptiongroupsetattribute boolean,
    categoryoptioncomboattribute boolean, documentattribute boolean, optionattribute boolean, optionsetattribute boolean,
    constantattribute boolean, legendsetattribute boolean, sqlviewattribute boolean, sectionattribute boolean,
    validationruleattribute boolean, validationrulegroupattribute boolean, relationshiptypeattribute boolean,
    optionsetid bigint
);
create table relationshipconstraint (
    relationshipconstraintid bigint not null, entity varchar, dataview varchar, trackedentitytypeid bigint, programid bigint,
    programstageid bigint
);
create table relationshiptype (
    relationshiptypeid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, bidirectional boolean, fromtoname varchar, tofromname varchar, referral boolean,
    from_relationshipconstraintid bigint, to_relationshipconstraintid bigint
);
create table report (
    reportid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    type varchar, designcontent varchar, relativeperiods varchar, cachestrategy varchar, paramreportingmonth boolean,
    paramorganisationunit boolean, visualizationid bigint
);
create table document (
    documentid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    url varchar, external boolean, attachment boolean, contenttype varchar
);
create table jobconfiguration (
    jobconfigurationid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    jobtype varchar, jobstatus varchar, cronexpression varchar, delay integer, enabled boolean, jsonbjobparameters varchar,
    lastexecuted timestamp, lastexecutedstatus varchar, lastruntimeexecution varchar
);

-- A new file has nothing to project again.
update projectionversion set version = 2 where (select count(*) from object) <= 4;
