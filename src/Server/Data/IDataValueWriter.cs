using System.Data.Common;

namespace Dhis2Grpc.Server.Data;

/// <summary>Writes exported data values in one format into a buffer that the export sends on.</summary>
internal interface IDataValueWriter
{
    /// <summary>What stands before the values.</summary>
    /// <param name="header">Member and value of what holds for all of them.</param>
    void Begin(IEnumerable<(string Member, string Value)> header);

    /// <summary>One value: data element, period, unit, two option combos, value, who stored it, created, last updated, comment,
    /// follow-up, deleted.</summary>
    void Write(DbDataReader row);

    /// <summary>What stands after the values.</summary>
    void End();

    /// <summary>Bytes that wait to be sent.</summary>
    long Pending { get; }

    /// <summary>Moves all that waits into the buffer.</summary>
    void Flush();
}
