-- DHIS2's own table and column names (release 2.39), so that the same statements serve a DHIS2 database.
-- Every metadata object is kept verbatim in "object"; the typed tables are projections of it with the columns
-- that jobs, imports and queries use. There are no primary keys: uniqueness is kept by merging.
create sequence hibernate_sequence start 1;

create table object (
    type varchar not null,              -- collection name in documents, such as dataElements
    uid varchar not null,
    code varchar,
    name varchar,
    created timestamp not null,
    lastupdated timestamp not null,
    json varchar not null
);

-- Organisation units
create table organisationunit (
    organisationunitid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, parentid bigint, path varchar, hierarchylevel integer,
    openingdate date, closeddate date, comment varchar, url varchar, contactperson varchar, address varchar,
    email varchar, phonenumber varchar, geometry varchar
);
create table orgunitlevel (
    orgunitlevelid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, level integer not null, offlinelevels integer
);
create table orgunitgroup (
    orgunitgroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, symbol varchar, color varchar
);
create table orgunitgroupmembers (orgunitgroupid bigint not null, organisationunitid bigint not null);
create table orgunitgroupset (
    orgunitgroupsetid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, compulsory boolean not null,
    datadimension boolean not null, includesubhierarchyinanalytics boolean
);
create table orgunitgroupsetmembers (orgunitgroupsetid bigint not null, orgunitgroupid bigint not null);

-- Categories
create table dataelementcategoryoption (
    categoryoptionid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, formname varchar, startdate date, enddate date
);
create table categoryoption_organisationunits (categoryoptionid bigint not null, organisationunitid bigint not null);
create table dataelementcategory (
    categoryid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, datadimensiontype varchar not null,
    datadimension boolean not null
);
create table categories_categoryoptions (
    categoryid bigint not null, categoryoptionid bigint not null, sort_order integer not null
);
create table categorycombo (
    categorycomboid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, datadimensiontype varchar not null, skiptotal boolean not null
);
create table categorycombos_categories (
    categorycomboid bigint not null, categoryid bigint not null, sort_order integer not null
);
create table categoryoptioncombo (
    categoryoptioncomboid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar, ignoreapproval boolean
);
create table categorycombos_optioncombos (categorycomboid bigint not null, categoryoptioncomboid bigint not null);
create table categoryoptioncombos_categoryoptions (
    categoryoptioncomboid bigint not null, categoryoptionid bigint not null
);
create table categoryoptiongroup (
    categoryoptiongroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, datadimensiontype varchar
);
create table categoryoptiongroupmembers (categoryoptiongroupid bigint not null, categoryoptionid bigint not null);
create table categoryoptiongroupset (
    categoryoptiongroupsetid bigint not null, uid varchar not null, code varchar, created timestamp,
    lastupdated timestamp, name varchar not null, shortname varchar, description varchar,
    datadimension boolean not null, datadimensiontype varchar
);
create table categoryoptiongroupsetmembers (
    categoryoptiongroupsetid bigint not null, categoryoptiongroupid bigint not null, sort_order integer not null
);

-- Data elements
create table dataelement (
    dataelementid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, formname varchar, valuetype varchar not null,
    domaintype varchar not null, aggregationtype varchar not null, categorycomboid bigint not null,
    zeroissignificant boolean not null, url varchar, fieldmask varchar
);
create table dataelementaggregationlevels (
    dataelementid bigint not null, aggregationlevel integer not null, sort_order integer not null
);
create table dataelementgroup (
    dataelementgroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar
);
create table dataelementgroupmembers (dataelementgroupid bigint not null, dataelementid bigint not null);
create table dataelementgroupset (
    dataelementgroupsetid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, compulsory boolean, datadimension boolean not null
);
create table dataelementgroupsetmembers (
    dataelementgroupsetid bigint not null, dataelementgroupid bigint not null, sort_order integer not null
);

-- Indicators
create table indicatortype (
    indicatortypeid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, indicatorfactor integer not null, indicatornumber boolean
);
create table indicator (
    indicatorid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, indicatortypeid bigint, numerator varchar,
    denominator varchar, numeratordescription varchar, denominatordescription varchar, annualized boolean not null,
    decimals integer
);
create table indicatorgroup (
    indicatorgroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar
);
create table indicatorgroupmembers (indicatorgroupid bigint not null, indicatorid bigint not null);
create table indicatorgroupset (
    indicatorgroupsetid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, compulsory boolean
);
create table indicatorgroupsetmembers (
    indicatorgroupsetid bigint not null, indicatorgroupid bigint not null, sort_order integer not null
);

-- Data sets
create table dataset (
    datasetid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar not null, shortname varchar, description varchar, formname varchar, periodtypeid integer not null,
    categorycomboid bigint not null, mobile boolean not null, version integer, expirydays double, timelydays double,
    openfutureperiods integer, openperiodsaftercoenddate integer, workflowid bigint, notifycompletinguser boolean,
    fieldcombinationrequired boolean, validcompleteonly boolean, compulsoryfieldscompleteonly boolean,
    novaluerequirescomment boolean, skipoffline boolean, dataelementdecoration boolean, renderastabs boolean,
    renderhorizontally boolean
);
create table datasetelement (
    datasetelementid bigint not null, datasetid bigint not null, dataelementid bigint not null, categorycomboid bigint
);
create table datasetsource (datasetid bigint not null, sourceid bigint not null);
create table datasetindicators (datasetid bigint not null, indicatorid bigint not null);

-- Periods and data
create table periodtype (periodtypeid integer not null, name varchar not null);
create table period (
    periodid bigint not null, periodtypeid integer not null, startdate date not null, enddate date not null,
    iso varchar not null
);
create table datavalue (
    dataelementid bigint not null, periodid bigint not null, sourceid bigint not null,
    categoryoptioncomboid bigint not null, attributeoptioncomboid bigint not null, value varchar, storedby varchar,
    created timestamp not null, lastupdated timestamp not null, comment varchar, followup boolean,
    deleted boolean not null
);
create table completedatasetregistration (
    datasetid bigint not null, periodid bigint not null, sourceid bigint not null, attributeoptioncomboid bigint not null,
    date timestamp, storedby varchar, lastupdatedby varchar, lastupdated timestamp, completed boolean not null
);

insert into periodtype values
    (1, 'Daily'), (2, 'Weekly'), (3, 'WeeklyWednesday'), (4, 'WeeklyThursday'), (5, 'WeeklyFriday'),
    (6, 'WeeklySaturday'), (7, 'WeeklySunday'), (8, 'BiWeekly'), (9, 'Monthly'), (10, 'BiMonthly'), (11, 'Quarterly'),
    (12, 'QuarterlyNov'), (13, 'SixMonthly'), (14, 'SixMonthlyApril'), (15, 'SixMonthlyNov'), (16, 'Yearly'),
    (17, 'FinancialFeb'), (18, 'FinancialApril'), (19, 'FinancialJuly'), (20, 'FinancialAug'), (21, 'FinancialSep'),
    (22, 'FinancialOct'), (23, 'FinancialNov');

-- The default category, option, combo and option combo exist in every DHIS2 database under these UIDs.
insert into dataelementcategoryoption (categoryoptionid, uid, code, created, lastupdated, name, shortname)
    values (nextval('hibernate_sequence'), 'xYerKDKCefk', 'default', '1970-01-01', '1970-01-01', 'default', 'default');
insert into dataelementcategory
    (categoryid, uid, code, created, lastupdated, name, shortname, datadimensiontype, datadimension)
    values (nextval('hibernate_sequence'), 'GLevLNI9wkl', 'default', '1970-01-01', '1970-01-01', 'default', 'default',
            'DISAGGREGATION', false);
insert into categories_categoryoptions
    select categoryid, categoryoptionid, 1 from dataelementcategory, dataelementcategoryoption;
insert into categorycombo (categorycomboid, uid, code, created, lastupdated, name, datadimensiontype, skiptotal)
    values (nextval('hibernate_sequence'), 'bjDvmb4bfuf', 'default', '1970-01-01', '1970-01-01', 'default',
            'DISAGGREGATION', false);
insert into categorycombos_categories select categorycomboid, categoryid, 1 from categorycombo, dataelementcategory;
insert into categoryoptioncombo
    (categoryoptioncomboid, uid, code, created, lastupdated, name, ignoreapproval)
    values (nextval('hibernate_sequence'), 'HllvX50cXC0', 'default', '1970-01-01', '1970-01-01', 'default', false);
insert into categorycombos_optioncombos
    select categorycomboid, categoryoptioncomboid from categorycombo, categoryoptioncombo;
insert into categoryoptioncombos_categoryoptions
    select categoryoptioncomboid, categoryoptionid from categoryoptioncombo, dataelementcategoryoption;
insert into object values
    ('categoryOptions', 'xYerKDKCefk', 'default', 'default', '1970-01-01', '1970-01-01',
     '{"id":"xYerKDKCefk","code":"default","name":"default","shortName":"default"}'),
    ('categories', 'GLevLNI9wkl', 'default', 'default', '1970-01-01', '1970-01-01',
     '{"id":"GLevLNI9wkl","code":"default","name":"default","shortName":"default","dataDimensionType":"DISAGGREGATION","dataDimension":false,"categoryOptions":[{"id":"xYerKDKCefk"}]}'),
    ('categoryCombos', 'bjDvmb4bfuf', 'default', 'default', '1970-01-01', '1970-01-01',
     '{"id":"bjDvmb4bfuf","code":"default","name":"default","dataDimensionType":"DISAGGREGATION","skipTotal":false,"categories":[{"id":"GLevLNI9wkl"}]}'),
    ('categoryOptionCombos', 'HllvX50cXC0', 'default', 'default', '1970-01-01', '1970-01-01',
     '{"id":"HllvX50cXC0","code":"default","name":"default","ignoreApproval":false,"categoryCombo":{"id":"bjDvmb4bfuf"},"categoryOptions":[{"id":"xYerKDKCefk"}]}');
