// Eigenvalues and eigenvectors of a small symmetric matrix.
#pragma once

#include <vector>

namespace salix {

struct SymmetricEigen {
  std::vector<double> values;  // falling
  std::vector<std::vector<double>>
      vectors;  // of length 1, one for each value; the signs are chance
};

// matrix [n,n] in rows, n >= 1; what lies below the diagonal is not looked at.
//
// Source    cyclic Jacobi rotations (Golub and Van Loan, "Matrix Computations", 8.5), until what is
//           left off the diagonal is rounding: 64 x 64 takes some ten sweeps, a few milliseconds.
// Errors    InvalidInput for another number of elements, or values that are not finite.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, int n);

}  // namespace salix
