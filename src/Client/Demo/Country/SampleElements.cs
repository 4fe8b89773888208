using static Dhis2Grpc.Client.Demo.Country.Disaggregation;
using static Dhis2Grpc.Client.Demo.Country.FacilityTier;
using static Dhis2Grpc.Client.Demo.Country.SampleDataSet;

namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>The sixty data elements of the sample country.</summary>
internal static class SampleElements
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<SampleElement> All(long seed) =>
    [
        .. Definitions.Select((element, number) =>
            element with { Number = number, Uid = Seeded.Uid(seed, "data element", number) }),
    ];

    private static readonly SampleElement[] Definitions =
    [
        new("Outpatient visits, new", "OPD new", "Outpatient", Outpatient, SexAndAge, HealthPost, 60),
        new("Outpatient visits, repeat", "OPD repeat", "Outpatient", Outpatient, Total, HealthPost, 24),
        new("Malaria cases tested by rapid test", "Malaria RDT tested", "Malaria", Outpatient, Total, HealthPost, 45, 0.7),
        new("Malaria cases confirmed", "Malaria confirmed", "Malaria", Outpatient, SexAndAge, HealthPost, 32, 0.8),
        new("Malaria cases treated with ACT", "Malaria ACT", "Malaria", Outpatient, Total, HealthPost, 28, 0.8),
        new("Malaria cases severe", "Malaria severe", "Malaria", Outpatient, Age, HealthCentre, 6, 0.8),
        new("Malaria deaths", "Malaria deaths", "Malaria", Outpatient, Total, Hospital, 1.2, 0.6),
        new("Diarrhoea cases", "Diarrhoea", "Outpatient", Outpatient, Age, HealthPost, 14, 0.4),
        new("Diarrhoea cases treated with ORS and zinc", "Diarrhoea ORS", "Outpatient", Outpatient, Total, HealthPost, 9, 0.4),
        new("Pneumonia cases", "Pneumonia", "Outpatient", Outpatient, Age, HealthCentre, 11, 0.2),
        new("Hypertension cases, new", "Hypertension", "Chronic disease", Outpatient, Sex, HealthCentre, 9),
        new("Diabetes cases, new", "Diabetes", "Chronic disease", Outpatient, Sex, HealthCentre, 4),
        new("Asthma cases", "Asthma", "Chronic disease", Outpatient, Total, HealthCentre, 5),
        new("Injuries from road traffic", "Road injuries", "Outpatient", Outpatient, Total, HealthCentre, 4),
        new("Skin infections", "Skin infections", "Outpatient", Outpatient, Total, HealthPost, 12),
        new("HIV tests performed", "HIV tests", "HIV and TB", Outpatient, Sex, HealthCentre, 38),
        new("HIV tests positive", "HIV positive", "HIV and TB", Outpatient, Sex, HealthCentre, 2.5),
        new("Patients on antiretroviral treatment", "On ART", "HIV and TB", Outpatient, Total, HealthCentre, 60, 0, "LAST"),
        new("Tuberculosis cases notified", "TB notified", "HIV and TB", Outpatient, Total, HealthCentre, 2),
        new("Tuberculosis cases treated successfully", "TB success", "HIV and TB", Outpatient, Total, HealthCentre, 1.6),
        new("Inpatient admissions", "Admissions", "Inpatient", Outpatient, SexAndAge, Hospital, 190),
        new("Inpatient deaths", "Inpatient deaths", "Inpatient", Outpatient, Total, Hospital, 5),
        new("Inpatient bed days", "Bed days", "Inpatient", Outpatient, Total, Hospital, 900),
        new("Major operations", "Operations", "Inpatient", Outpatient, Total, Hospital, 22),
        new("Antenatal care first visit", "ANC 1", "Maternal health", MotherAndChild, Age, HealthPost, 10),
        new("Antenatal care fourth visit", "ANC 4", "Maternal health", MotherAndChild, Total, HealthPost, 6),
        new("Iron and folate given in pregnancy", "IFA given", "Maternal health", MotherAndChild, Total, HealthPost, 9),
        new("Malaria prevention in pregnancy, third dose", "IPTp 3", "Maternal health", MotherAndChild, Total, HealthPost, 5),
        new("Deliveries in the facility", "Deliveries", "Maternal health", MotherAndChild, Total, HealthCentre, 16),
        new("Deliveries by caesarean section", "Caesareans", "Maternal health", MotherAndChild, Total, Hospital, 18),
        new("Live births", "Live births", "Maternal health", MotherAndChild, Sex, HealthCentre, 16),
        new("Stillbirths", "Stillbirths", "Maternal health", MotherAndChild, Total, HealthCentre, 0.6),
        new("Low birth weight", "Low birth weight", "Maternal health", MotherAndChild, Total, HealthCentre, 1.8),
        new("Maternal deaths", "Maternal deaths", "Maternal health", MotherAndChild, Total, Hospital, 0.4),
        new("Postnatal care within 48 hours", "PNC 48 h", "Maternal health", MotherAndChild, Total, HealthCentre, 13),
        new("Family planning, new users", "FP new", "Family planning", MotherAndChild, Total, HealthPost, 8),
        new("Family planning, continuing users", "FP continuing", "Family planning", MotherAndChild, Total, HealthPost, 17),
        new("BCG doses given", "BCG", "Immunisation", MotherAndChild, Total, HealthPost, 9),
        new("Pentavalent first doses given", "Penta 1", "Immunisation", MotherAndChild, Total, HealthPost, 9),
        new("Pentavalent third doses given", "Penta 3", "Immunisation", MotherAndChild, Total, HealthPost, 8),
        new("Polio third doses given", "Polio 3", "Immunisation", MotherAndChild, Total, HealthPost, 8),
        new("Measles first doses given", "Measles 1", "Immunisation", MotherAndChild, Sex, HealthPost, 8),
        new("Children weighed", "Weighed", "Nutrition", MotherAndChild, Sex, HealthPost, 30),
        new("Children underweight", "Underweight", "Nutrition", MotherAndChild, Sex, HealthPost, 3),
        new("Nurses in post", "Nurses", "Staff", Facility, Total, HealthPost, 2, 0, "AVERAGE_SUM_ORG_UNIT"),
        new("Midwives in post", "Midwives", "Staff", Facility, Total, HealthCentre, 2, 0, "AVERAGE_SUM_ORG_UNIT"),
        new("Clinical officers in post", "Clinical officers", "Staff", Facility, Total, HealthCentre, 2, 0, "AVERAGE_SUM_ORG_UNIT"),
        new("Doctors in post", "Doctors", "Staff", Facility, Total, Hospital, 9, 0, "AVERAGE_SUM_ORG_UNIT"),
        new("Community health workers active", "CHWs", "Staff", Facility, Sex, HealthPost, 6, 0, "AVERAGE_SUM_ORG_UNIT"),
        new("Beds", "Beds", "Facility", Facility, Total, HealthCentre, 14, 0, "LAST"),
        new("Days without electricity", "Days no power", "Facility", Facility, Total, HealthPost, 12, 0.3, "AVERAGE"),
        new("Days without water", "Days no water", "Facility", Facility, Total, HealthPost, 5, 0, "AVERAGE"),
        new("Refrigerator works", "Refrigerator works", "Facility", Facility, Total, HealthPost, 0.9, 0, "AVERAGE", "BOOLEAN"),
        new("ACT packs in stock", "ACT stock", "Stock", Facility, Total, HealthPost, 80, 0, "LAST"),
        new("ACT days out of stock", "ACT stock-out", "Stock", Facility, Total, HealthPost, 4, 0, "AVERAGE"),
        new("Rapid malaria tests in stock", "RDT stock", "Stock", Facility, Total, HealthPost, 120, 0, "LAST"),
        new("Oxytocin ampoules in stock", "Oxytocin stock", "Stock", Facility, Total, HealthCentre, 40, 0, "LAST"),
        new("Mosquito nets handed out", "Nets", "Stock", Facility, Total, HealthPost, 26),
        new("Supervision visits received", "Supervision", "Facility", Facility, Total, HealthPost, 1.4, 0, "COUNT"),
        new("Share of reports sent in time", "Reports in time", "Facility", Facility, Total, HealthPost, 85, 0, "AVERAGE", "PERCENTAGE"),
    ];
}
