using System.Text;
using Dhis2Grpc.Server.Metadata;

namespace Dhis2Grpc.Server.Data.Entry;

/// <summary>What a document says of itself as a whole, held to the rules of 2.43.</summary>
internal static class EntryHeader
{
    /// <summary>The data set that the document names, or why nothing of it is taken.</summary>
    public static (DataSetEntry? Named, EntryFault? Fault) Check(
        DataValueSetHeader header, IdSchemes schemes, ImportLookups lookups, PeriodLookup periods)
    {
        DataSetEntry? named = null;
        if (!string.IsNullOrEmpty(header.DataSet) && !lookups.DataSets.TryGet(header.DataSet, out named))
        {
            return (null, schemes.Of(schemes.DataSet) == IdScheme.Uid && !Uid.IsValid(header.DataSet)
                ? EntryFault.Of("E8004", "Data set UID not valid: `{0}`", header.DataSet)
                : EntryFault.Of("E8005", "Data set not found: `{0}`", header.DataSet));
        }

        if (string.IsNullOrEmpty(header.CompleteDate))
            return (named, null);
        if (!WireTime.TryParse(Encoding.UTF8.GetBytes(header.CompleteDate), out _))
            return (named, EntryFault.Of("E8008", "Data set `completeDate` is not a valid date string: `{0}`", header.CompleteDate));
        return named is null || string.IsNullOrEmpty(header.OrgUnit) || header.Period is null
            || !periods.TryGet(Encoding.UTF8.GetBytes(header.Period), out _, out _)
            ? (named, EntryFault.Of("E8009",
                "Data set `completeDate` requires data set, org unit, period and attribute option combo to be defined at the group level."))
            : (named, null);
    }
}
