namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>How a data element is disaggregated.</summary>
internal enum Disaggregation
{
    /// <summary>Not at all.</summary>
    Total,

    /// <summary>Female, male.</summary>
    Sex,

    /// <summary>Under 5, 5 to 14, 15 and older.</summary>
    Age,

    /// <summary>Both.</summary>
    SexAndAge,
}

/// <summary>The forms that facilities send in.</summary>
internal enum SampleDataSet
{
    /// <summary>Outpatient and diseases, each month.</summary>
    Outpatient,

    /// <summary>Mothers, children and vaccination, each month.</summary>
    MotherAndChild,

    /// <summary>Staff, stock and buildings, each quarter.</summary>
    Facility,
}

/// <summary>A data element of the sample country.</summary>
/// <param name="Name">Name.</param>
/// <param name="ShortName">Short name.</param>
/// <param name="Group">Programme it belongs to.</param>
/// <param name="DataSet">Form it is asked in.</param>
/// <param name="By">Disaggregation.</param>
/// <param name="Tier">Smallest facility that reports it.</param>
/// <param name="Typical">Typical value of a form of that smallest facility.</param>
/// <param name="Seasonal">How much the rains add, 0 to 1.</param>
/// <param name="Aggregation">DHIS2 aggregation type.</param>
/// <param name="ValueType">DHIS2 value type.</param>
internal sealed record SampleElement(
    string Name,
    string ShortName,
    string Group,
    SampleDataSet DataSet,
    Disaggregation By,
    FacilityTier Tier,
    double Typical,
    double Seasonal = 0,
    string Aggregation = "SUM",
    string ValueType = "INTEGER_ZERO_OR_POSITIVE")
{
    /// <summary>Position among all elements.</summary>
    public int Number { get; init; }

    /// <summary>UID.</summary>
    public string Uid { get; init; } = "";
}
