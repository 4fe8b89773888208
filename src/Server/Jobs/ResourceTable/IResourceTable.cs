using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>One resource table.</summary>
internal interface IResourceTable
{
    /// <summary>Its name, such as _orgunitstructure.</summary>
    string Name { get; }

    /// <summary>Creates and fills the table under the given name. Tables earlier in the order are new already.</summary>
    Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken);
}
