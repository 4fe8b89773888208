-- The other types of metadata: DHIS2's own table and column names (release 2.39). Only keys and UIDs are required, since the
-- objects that were stored before are projected as they are.
alter table dataelement add column if not exists optionsetid bigint;
alter table dataelement add column if not exists commentoptionsetid bigint;
alter table dataelement add column if not exists style varchar;
alter table dataelement add column if not exists valuetypeoptions varchar;
alter table dataelementcategoryoption add column if not exists style varchar;
alter table dataset add column if not exists dataentryform bigint;
alter table dataset add column if not exists notificationrecipients bigint;
alter table dataset add column if not exists style varchar;

-- Version of the projections in the tables; behind it, stored objects are projected again.
create table if not exists projectionversion (version integer not null);
-- A new file holds the four default objects only.
insert into projectionversion select 1 where (select count(*) from object) <= 4 and not exists (from projectionversion);

-- Data elements and data sets
create table if not exists dataelementlegendsets (dataelementid bigint not null, legendsetid bigint not null, sort_order integer not null);
create table if not exists dataelementoperand (dataelementoperandid bigint not null, dataelementid bigint, categoryoptioncomboid bigint);
create table if not exists datasetoperands (datasetid bigint not null, dataelementoperandid bigint not null);
create table if not exists datasetlegendsets (datasetid bigint not null, legendsetid bigint not null, sort_order integer not null);
create table if not exists datainputperiod (
    datainputperiodid bigint not null, datasetid bigint not null, periodid bigint, openingdate date, closingdate date
);
create table if not exists dataentryform (
    dataentryformid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    style varchar, htmlcode varchar, format integer
);
create table if not exists section (
    sectionid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, datasetid bigint, sortorder integer, showrowtotals boolean, showcolumntotals boolean,
    disabledataelementautogroup boolean
);
create table if not exists sectiondataelements (sectionid bigint not null, dataelementid bigint not null, sort_order integer not null);
create table if not exists sectionindicators (sectionid bigint not null, indicatorid bigint not null, sort_order integer not null);
create table if not exists sectiongreyedfields (sectionid bigint not null, dataelementoperandid bigint not null);

-- Indicators, constants, options, legends
create table if not exists indicatorlegendsets (indicatorid bigint not null, legendsetid bigint not null, sort_order integer not null);
create table if not exists constant (
    constantid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    shortname varchar, description varchar, value double
);
create table if not exists optionset (
    optionsetid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, valuetype varchar, version integer
);
create table if not exists optionvalue (
    optionvalueid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, formname varchar, style varchar, sort_order integer, optionsetid bigint
);
create table if not exists optiongroup (
    optiongroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    shortname varchar, description varchar, optionsetid bigint
);
create table if not exists optiongroupmembers (optiongroupid bigint not null, optionid bigint not null);
create table if not exists optiongroupset (
    optiongroupsetid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, datadimension boolean, optionsetid bigint
);
create table if not exists optiongroupsetmembers (optiongroupsetid bigint not null, optiongroupid bigint not null, sort_order integer not null);
create table if not exists maplegendset (
    maplegendsetid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar, symbolizer varchar
);
create table if not exists maplegend (
    maplegendid bigint not null, uid varchar, code varchar, name varchar, startvalue double, endvalue double, color varchar, image varchar,
    maplegendsetid bigint not null
);

-- Validation rules
create table if not exists expression (
    expressionid bigint not null, description varchar, expression varchar, slidingwindow boolean, missingvaluestrategy varchar
);
create table if not exists validationrule (
    validationruleid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, instruction varchar, importance varchar, operator varchar, leftexpressionid bigint, rightexpressionid bigint,
    skipformvalidation boolean, periodtypeid integer
);
create table if not exists validationruleorganisationunitlevels (validationruleid bigint not null, organisationunitlevel integer);
create table if not exists validationrulegroup (
    validationrulegroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar
);
create table if not exists validationrulegroupmembers (validationgroupid bigint not null, validationruleid bigint not null);
create table if not exists validationnotificationtemplate (
    validationnotificationtemplateid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar, subjecttemplate varchar, messagetemplate varchar, notifyusersinhierarchyonly boolean,
    notifyparentorganisationunitonly boolean, sendstrategy varchar
);
create table if not exists validationnotificationtemplatevalidationrules (
    validationnotificationtemplateid bigint not null, validationruleid bigint not null
);
create table if not exists validationnotificationtemplate_recipientusergroups (
    validationnotificationtemplateid bigint not null, usergroupid bigint not null
);

-- Predictors
create table if not exists predictor (
    predictorid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    shortname varchar, description varchar, generatorexpressionid bigint, generatoroutput bigint, generatoroutputcombo bigint,
    skiptestexpressionid bigint, periodtypeid integer, sequentialsamplecount integer, annualsamplecount integer,
    sequentialskipcount integer, organisationunitdescendants varchar
);
create table if not exists predictororgunitlevels (predictorid bigint not null, orgunitlevelid bigint not null);
create table if not exists predictorgroup (
    predictorgroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar
);
create table if not exists predictorgroupmembers (predictorgroupid bigint not null, predictorid bigint not null);

-- Programs and tracked entities
create table if not exists trackedentityattribute (
    trackedentityattributeid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    shortname varchar, description varchar, formname varchar, valuetype varchar, aggregationtype varchar, optionsetid bigint,
    confidential boolean, uniquefield boolean, orgunitscope boolean, generated boolean, pattern varchar, skipsynchronization boolean,
    displayonvisitschedule boolean, displayinlistnoprogram boolean, inherit boolean, fieldmask varchar, style varchar
);
create table if not exists trackedentityattributelegendsets (
    trackedentityattributeid bigint not null, legendsetid bigint not null, sort_order integer not null
);
create table if not exists trackedentitytype (
    trackedentitytypeid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, formname varchar, style varchar, maxteicounttoreturn integer, minattributesrequiredtosearch integer,
    allowauditlog boolean, featuretype varchar
);
create table if not exists trackedentitytypeattribute (
    trackedentitytypeattributeid bigint not null, uid varchar, trackedentitytypeid bigint not null, trackedentityattributeid bigint not null,
    displayinlist boolean, mandatory boolean, searchable boolean, sort_order integer not null
);
create table if not exists program (
    programid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    shortname varchar, description varchar, formname varchar, version integer, enrollmentdatelabel varchar, incidentdatelabel varchar,
    type varchar, displayincidentdate boolean, onlyenrollonce boolean, skipoffline boolean, displayfrontpagelist boolean,
    usefirststageduringregistration boolean, expirydays integer, completeeventsexpirydays integer, opendaysaftercoenddate integer,
    minattributesrequiredtosearch integer, maxteicounttoreturn integer, accesslevel varchar, selectenrollmentdatesinfuture boolean,
    selectincidentdatesinfuture boolean, ignoreoverdueevents boolean, featuretype varchar, style varchar, expiryperiodtypeid integer,
    categorycomboid bigint, trackedentitytypeid bigint, dataentryformid bigint, relatedprogramid bigint, workflowid bigint
);
create table if not exists program_organisationunits (programid bigint not null, organisationunitid bigint not null);
create table if not exists program_attributes (
    programtrackedentityattributeid bigint not null, uid varchar, programid bigint not null, trackedentityattributeid bigint not null,
    sort_order integer not null, displayinlist boolean, mandatory boolean, allowfuturedate boolean, searchable boolean,
    renderoptionsasradio boolean
);
create table if not exists programstage (
    programstageid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, formname varchar, mindaysfromstart integer, programid bigint, repeatable boolean, dataentryformid bigint,
    standardinterval integer, executiondatelabel varchar, duedatelabel varchar, autogenerateevent boolean, displaygenerateeventbox boolean,
    generatedbyenrollmentdate boolean, blockentryform boolean, remindcompleted boolean, allowgeneratenextvisit boolean,
    openafterenrollment boolean, reportdatetouse varchar, pregenerateuid boolean, style varchar, hideduedate boolean, sort_order integer,
    featuretype varchar, periodtypeid integer, validationstrategy varchar, enableuserassignment boolean, nextscheduledateid bigint
);
create table if not exists programstagedataelement (
    programstagedataelementid bigint not null, uid varchar, programstageid bigint not null, dataelementid bigint not null,
    compulsory boolean, allowprovidedelsewhere boolean, sort_order integer not null, displayinreports boolean, allowfuturedate boolean,
    renderoptionsasradio boolean, skipsynchronization boolean, skipanalytics boolean
);
create table if not exists programstagesection (
    programstagesectionid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, formname varchar, programstageid bigint, sortorder integer
);
create table if not exists programstagesection_dataelements (programstagesectionid bigint not null, dataelementid bigint not null, sort_order integer not null);
create table if not exists programstagesection_programindicators (
    programstagesectionid bigint not null, programindicatorid bigint not null, sort_order integer not null
);
create table if not exists programsection (
    programsectionid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, formname varchar, programid bigint, sortorder integer
);
create table if not exists programsection_attributes (programsectionid bigint not null, trackedentityattributeid bigint not null, sort_order integer not null);
create table if not exists programnotificationtemplate (
    programnotificationtemplateid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    name varchar, subjecttemplate varchar, messagetemplate varchar, notificationtrigger varchar, notificationrecipienttype varchar,
    relativescheduleddays integer, usergroupid bigint, trackedentityattributeid bigint, dataelementid bigint,
    notifyusersinhierarchyonly boolean, notifyparentorganisationunitonly boolean, sendrepeatable boolean, programid bigint,
    programstageid bigint
);
create table if not exists programnotificationtemplate_deliverychannel (
    programnotificationtemplatedeliverychannelid bigint not null, deliverychannel varchar
);
create table if not exists programindicator (
    programindicatorid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    shortname varchar, description varchar, formname varchar, style varchar, programid bigint, expression varchar, filter varchar,
    aggregationtype varchar, decimals integer, aggregateexportcategoryoptioncombo varchar, aggregateexportattributeoptioncombo varchar,
    displayinform boolean, analyticstype varchar
);
create table if not exists programindicatorlegendsets (programindicatorid bigint not null, legendsetid bigint not null, sort_order integer not null);
create table if not exists programindicatorgroup (
    programindicatorgroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar
);
create table if not exists programindicatorgroupmembers (programindicatorgroupid bigint not null, programindicatorid bigint not null);
create table if not exists programrule (
    programruleid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, programid bigint, programstageid bigint, rulecondition varchar, priority integer
);
create table if not exists programruleaction (
    programruleactionid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp,
    programruleid bigint, actiontype varchar, dataelementid bigint, trackedentityattributeid bigint, programindicatorid bigint,
    programstagesectionid bigint, programstageid bigint, optionid bigint, optiongroupid bigint, location varchar, content varchar,
    data varchar, templateuid varchar, evaluationtime varchar
);
create table if not exists programrulevariable (
    programrulevariableid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    programid bigint, sourcetype varchar, trackedentityattributeid bigint, dataelementid bigint, programstageid bigint,
    usecodeforoptionset boolean, valuetype varchar
);

-- Users, groups, roles
create table if not exists userinfo (
    userinfoid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, surname varchar,
    firstname varchar, email varchar, phonenumber varchar, jobtitle varchar, introduction varchar, gender varchar, birthday date,
    nationality varchar, employer varchar, education varchar, interests varchar, languages varchar, username varchar, disabled boolean,
    externalauth boolean, openid varchar, ldapid varchar, lastlogin timestamp, accountexpiry timestamp
);
create table if not exists usermembership (userinfoid bigint not null, organisationunitid bigint not null);
create table if not exists userdatavieworgunits (userinfoid bigint not null, organisationunitid bigint not null);
create table if not exists userteisearchorgunits (userinfoid bigint not null, organisationunitid bigint not null);
create table if not exists userrole (
    userroleid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar, description varchar
);
create table if not exists userrolemembers (userid bigint not null, userroleid bigint not null);
create table if not exists userroleauthorities (userroleid bigint not null, authority varchar);
create table if not exists usergroup (
    usergroupid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar
);
create table if not exists usergroupmembers (usergroupid bigint not null, userid bigint not null);
create table if not exists usergroupmanaged (managedbygroupid bigint not null, managedgroupid bigint not null);

-- Approval
create table if not exists dataapprovallevel (
    dataapprovallevelid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    level integer, orgunitlevel integer, categoryoptiongroupsetid bigint
);
create table if not exists dataapprovalworkflow (
    workflowid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    periodtypeid integer, categorycomboid bigint
);
create table if not exists dataapprovalworkflowlevels (workflowid bigint not null, dataapprovallevelid bigint not null);

-- Visualizations, dashboards, push analysis
create table if not exists visualization (
    visualizationid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, type varchar, title varchar, subtitle varchar, domainaxislabel varchar, rangeaxislabel varchar,
    aggregationtype varchar, hidetitle boolean, hidesubtitle boolean, hidelegend boolean, hideemptyrows boolean, hideemptycolumns boolean,
    hideemptyrowitems varchar, percentstackedvalues boolean, cumulativevalues boolean, showdata boolean, showhierarchy boolean,
    showdimensionlabels boolean, skiprounding boolean, completedonly boolean, coltotals boolean, rowtotals boolean, colsubtotals boolean,
    rowsubtotals boolean, nospacebetweencolumns boolean, regressiontype varchar, targetlinevalue double, targetlinelabel varchar,
    baselinevalue double, baselinelabel varchar, rangeaxismaxvalue double, rangeaxisminvalue double, rangeaxissteps integer,
    rangeaxisdecimals integer, sortorder integer, toplimit integer, digitgroupseparator varchar, displaydensity varchar, fontsize varchar,
    numbertype varchar, measurecriteria varchar, userorganisationunit boolean, userorganisationunitchildren boolean,
    userorganisationunitgrandchildren boolean, legendsetid bigint, legenddisplaystyle varchar, legenddisplaystrategy varchar,
    relativeperiods varchar
);
create table if not exists visualization_columns (visualizationid bigint not null, dimension varchar, sort_order integer not null);
create table if not exists visualization_rows (visualizationid bigint not null, dimension varchar, sort_order integer not null);
create table if not exists visualization_filters (visualizationid bigint not null, dimension varchar, sort_order integer not null);
create table if not exists visualization_organisationunits (visualizationid bigint not null, organisationunitid bigint not null, sort_order integer not null);
create table if not exists visualization_periods (visualizationid bigint not null, periodid bigint not null, sort_order integer not null);
create table if not exists visualization_orgunitlevels (visualizationid bigint not null, orgunitlevel integer, sort_order integer not null);
create table if not exists visualization_itemorgunitgroups (visualizationid bigint not null, orgunitgroupid bigint not null, sort_order integer not null);
create table if not exists datadimensionitem (
    datadimensionitemid bigint not null, indicatorid bigint, dataelementid bigint, dataelementoperand_dataelementid bigint,
    dataelementoperand_categoryoptioncomboid bigint, datasetid bigint, metric varchar, programindicatorid bigint,
    programdataelement_programid bigint, programdataelement_dataelementid bigint, programattribute_programid bigint,
    programattribute_attributeid bigint
);
create table if not exists visualization_datadimensionitems (
    visualizationid bigint not null, datadimensionitemid bigint not null, sort_order integer not null
);
create table if not exists map (
    mapid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar, description varchar,
    title varchar, longitude double, latitude double, zoom integer, basemap varchar
);
create table if not exists eventvisualization (
    eventvisualizationid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, title varchar, type varchar, programid bigint, programstageid bigint
);
create table if not exists eventreport (
    eventreportid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, title varchar, programid bigint, programstageid bigint
);
create table if not exists eventchart (
    eventchartid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, title varchar, type varchar, programid bigint, programstageid bigint
);
create table if not exists dashboard (
    dashboardid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, layout varchar, itemconfig varchar, restrictfilters boolean
);
create table if not exists dashboarditem (
    dashboarditemid bigint not null, uid varchar, visualizationid bigint, mapid bigint, eventchartid bigint, eventreport bigint,
    eventvisualizationid bigint, textcontent varchar, messages boolean, appkey varchar, shape varchar, x integer, y integer,
    height integer, width integer
);
create table if not exists dashboard_items (dashboardid bigint not null, dashboarditemid bigint not null, sort_order integer not null);
create table if not exists pushanalysis (
    pushanalysisid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    title varchar, message varchar, enabled boolean, dashboard bigint
);
-- As in DHIS2, usergroupid holds the push analysis and elt the user group.
create table if not exists pushanalysisrecipientusergroups (usergroupid bigint not null, elt bigint not null);
create table if not exists sqlview (
    sqlviewid bigint not null, uid varchar not null, code varchar, created timestamp, lastupdated timestamp, name varchar,
    description varchar, sqlquery varchar, type varchar, cachestrategy varchar
);
