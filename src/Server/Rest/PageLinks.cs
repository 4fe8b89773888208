using System.Globalization;
using System.Text;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Rest.Writing;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Links from one page of a list to those beside it.</summary>
internal static class PageLinks
{
    private const int DefaultPageSize = 50;

    /// <summary>Fills in the links of the pages that exist: <c>page</c> unless it is the first, <c>pageSize</c> unless it
    /// is the default, then all other parameters of the request.</summary>
    public static void Fill(Pager pager, HttpContext http, WriteScope scope)
    {
        if (pager.Page < pager.PageCount)
            pager.NextPage = Link(pager, pager.Page + 1, http, scope);
        if (pager.Page > 1)
            pager.PrevPage = Link(pager, pager.Page - 1, http, scope);
    }

    private static string Link(Pager pager, int page, HttpContext http, WriteScope scope)
    {
        var url = new StringBuilder(scope.ApiUrl).Append(http.Request.Path.Value!["/api".Length..].TrimEnd('/'));
        var separator = '?';
        void Add(string name, string value)
        {
            url.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        if (page > 1)
            Add("page", page.ToString(CultureInfo.InvariantCulture));
        if (pager.PageSize != DefaultPageSize)
            Add("pageSize", pager.PageSize.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, values) in http.Request.Query.Where(q => q.Key is not ("page" or "pageSize")))
        {
            foreach (var value in values)
                Add(name, value ?? "");
        }

        return url.ToString();
    }
}
