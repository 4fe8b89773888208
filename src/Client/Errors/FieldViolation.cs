namespace Dhis2Grpc.Client.Errors;

/// <summary>A request field that is wrong.</summary>
/// <param name="Field">Path of the field, such as job_configuration.name.</param>
/// <param name="Description">What is wrong with it.</param>
public sealed record FieldViolation(string Field, string Description);
