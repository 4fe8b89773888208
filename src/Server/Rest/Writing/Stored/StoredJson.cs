using System.Text.Json;

namespace Dhis2Grpc.Server.Rest.Writing.Stored;

/// <summary>A stored object, parsed.</summary>
/// <param name="Collection">Its type's collection.</param>
/// <param name="Root">Its members.</param>
/// <param name="Created">Creation time in UTC.</param>
/// <param name="LastUpdated">Time of the last change in UTC.</param>
internal sealed record StoredJson(string Collection, JsonElement Root, DateTime Created, DateTime LastUpdated);
